from random import Random

from services.reporting.attendance_facts.rules import ATTENDANCE
from services.reporting.folding.rules import project
from services.reporting.ledger import rules
from services.reporting.ledger.consumers import recorded
from tests.reporting.people_story import call_roll
from tests.reporting.story import Story


def fold(events) -> dict:
    folded = rules.fold(recorded(event) for event in events)
    [summary] = [each for each in rules.ROLLUPS if each.table == "attendance_summary"]
    return project(summary, folded.cells.get(ATTENDANCE, {}))


class TestFoldAttendance:
    def test_a_correction_takes_back_what_it_replaces_whatever_the_order(self):
        story = Story()
        class_id = story.new_id()
        call_roll(
            story, class_id, 1,
            {"present": 4, "days": 4}, {"present": 3, "late": 1, "days": 4}, {"absent": 4},
        )  # fmt: skip
        call_roll(story, class_id, 2, {"present": 2, "excused": 2, "days": 2})
        Random(3).shuffle(story.events)

        assert fold(story.events) == {(str(class_id),): [2, 2, 0, 2, 4, 2]}

    def test_the_first_call_stands_where_a_correction_does_not_say_what_it_replaces(self):
        story = Story()
        class_id = story.new_id()
        call_roll(story, class_id, 1, {"present": 4}, {"present": 3, "absent": 1})
        first, second = story.events
        old = second.model_copy(update={"payload": {**second.payload, "replaced": None}})

        assert fold([first, old]) == {(str(class_id),): [1, 4, 0, 0, 0, 0]}
