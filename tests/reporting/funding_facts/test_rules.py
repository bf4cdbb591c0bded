from random import Random

from services.reporting.folding.rules import project
from services.reporting.funding_facts.rules import FUNDING, ROLLUPS
from services.reporting.ledger import rules
from services.reporting.ledger.consumers import recorded
from tests.reporting.people_story import fund
from tests.reporting.story import Story


def fold(events) -> dict:
    folded = rules.fold(recorded(event) for event in events)
    sums = project(ROLLUPS[0], folded.cells.get(FUNDING, {}))
    return {source: measures for (_, _, source), measures in sums.items()}


class TestFoldFunding:
    def test_gives_what_was_told_last_whatever_the_order(self):
        story = Story()
        class_id = story.new_id()
        fund(story, class_id, {"APBN": 9}, {"APBN": 4, "CSR": 3}, {"APBN": 5, "CSR": 3})
        Random(5).shuffle(story.events)

        assert fold(story.events) == {"APBN": [1, 5], "CSR": [1, 3], "": [1, 8]}

    def test_a_class_for_which_nobody_pays_any_more_is_not_funded(self):
        story = Story()
        fund(story, story.new_id(), {"APBN": 9}, {})

        assert fold(story.events) == {}
