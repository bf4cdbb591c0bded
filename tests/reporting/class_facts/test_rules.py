from services.reporting.class_facts.rules import LATEST
from services.reporting.ledger import rules
from services.reporting.ledger.consumers import recorded
from tests.reporting.story import Story


class TestLatest:
    def test_knows_of_a_class_what_its_latest_event_says(self):
        story = Story().play(classes=2, people=0)

        folded = rules.fold(recorded(event) for event in reversed(story.events))

        kept = {
            key: dict(zip(LATEST.columns, row, strict=True))
            for key, row in folded.kept[LATEST].items()
        }
        assert {key: (row["state"], row["version"]) for key, row in kept.items()} == {
            str(class_id): (cell["state"], version)
            for (class_id, cell), version in zip(story.classes.items(), (3, 1), strict=True)
        }
        assert {(row["capacity"], row["code"], row["trade"]) for row in kept.values()} == {
            (16, "", "")
        }
