from datetime import date

import pytest

from services.reporting.folding.rules import Folded
from services.reporting.ledger import rules
from services.reporting.ledger.consumers import recorded
from services.reporting.phase_facts.rules import PHASES, course_of
from shared.schemas.enrollment import Topic
from tests.reporting.story import Story

PILOT = [
    {"kind": "PREPARATION", "starts_on": "2026-10-01", "ends_on": "2026-10-31"},
    {"kind": "TRAINING", "starts_on": "2026-11-01", "ends_on": "2026-12-20"},
    {"kind": "MONITORING", "starts_on": "2026-12-01", "ends_on": "2026-12-29"},
]


class TestCourseOf:
    @pytest.mark.parametrize(
        ("today", "day", "days_left", "phases"),
        [
            (date(2026, 9, 30), 0, 90, ()),
            (date(2026, 10, 1), 1, 89, ("PREPARATION",)),
            (date(2026, 11, 22), 53, 37, ("TRAINING",)),
            (date(2026, 12, 5), 66, 24, ("MONITORING", "TRAINING")),
            (date(2026, 12, 29), 90, 0, ("MONITORING",)),
            (date(2027, 1, 5), 90, 0, ()),
        ],
    )
    def test_counts_both_days_of_the_three_months(
        self, today: date, day: int, days_left: int, phases: tuple[str, ...]
    ):
        course = course_of(PILOT, today=today)

        assert course is not None
        assert (course.starts_on, course.ends_on, course.days) == (
            date(2026, 10, 1),
            date(2026, 12, 29),
            90,
        )
        assert (course.day, course.days_left, course.phases) == (day, days_left, phases)

    def test_has_none_without_phases(self):
        assert course_of([], today=date(2026, 11, 22)) is None


class TestFold:
    def test_keeps_the_phases_of_the_latest_version(self):
        story = Story()
        told = [
            story.tell(
                Topic.PROGRAM_PHASES_CHANGED,
                about=story.program_id,
                stream=story.program_id,
                payload={"program_id": str(story.program_id), "phases": phases},
            )
            for phases in (PILOT, PILOT[:1])
        ]

        folded = rules.fold(recorded(event) for event in reversed(told))

        assert isinstance(folded, Folded)
        [kept] = folded.kept[PHASES].values()
        assert kept == (str(story.program_id), 2, PILOT[:1])
