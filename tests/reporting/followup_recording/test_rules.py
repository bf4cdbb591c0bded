from datetime import UTC, date, datetime

import pytest

from services.reporting.followup_recording.rules import due_after, role_of
from services.reporting.followups.rules import RecordedAs
from shared.scope import Reach
from tests.reporting.story import Story

PERSON, OTHER, CENTRE = (Story(seed=each).new_id() for each in (1, 2, 3))


class TestRoleOf:
    @pytest.mark.parametrize(
        ("reaches", "role"),
        [
            ([Reach(participant_id=PERSON)], RecordedAs.PERSON),
            ([Reach(facilities=(CENTRE,))], RecordedAs.CENTRE),
            ([Reach(provinces=("32",))], RecordedAs.OFFICE),
            ([Reach()], RecordedAs.OFFICE),
            # The head of a centre who was trained elsewhere himself, and of another centre.
            ([Reach(participant_id=OTHER), Reach(facilities=(CENTRE,))], RecordedAs.CENTRE),
            ([Reach(facilities=(OTHER,)), Reach(provinces=("32",))], RecordedAs.OFFICE),
            ([Reach(facilities=(CENTRE,)), Reach(participant_id=PERSON)], RecordedAs.PERSON),
        ],
    )
    def test_is_that_by_which_the_person_is_within_reach(self, reaches, role):
        assert role_of(reaches, PERSON, CENTRE) is role


class TestDueAfter:
    @pytest.mark.parametrize(
        ("completed_at", "months", "due_on"),
        [
            (datetime(2026, 11, 30, 9, tzinfo=UTC), 3, date(2027, 2, 28)),
            # In Jakarta it is the next day already.
            (datetime(2026, 12, 31, 18, tzinfo=UTC), 12, date(2028, 1, 1)),
            (None, 3, None),
        ],
    )
    def test_counts_months_from_the_day_in_jakarta(self, completed_at, months, due_on):
        assert due_after(completed_at, months) == due_on
