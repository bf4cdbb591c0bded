from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from services.enrollment.participant_merges.rules import (
    Applied,
    Held,
    MergeChoiceRefusedError,
    MergeNeedsChoiceError,
    check_chosen,
    reconcile,
    superfluous,
)
from shared.schemas.enrollment import ApplicationState as A
from shared.schemas.enrollment import EnrollmentState as S

HOUR = datetime(2026, 11, 22, 9, tzinfo=UTC)
PROGRAM = UUID(int=1)


def held(number: int, state: S, *, attended: bool = False, program: UUID = PROGRAM) -> Held:
    at = HOUR + timedelta(minutes=number)
    return Held(UUID(int=number), UUID(int=100 + number), program, state, attended, at)


# The stronger first.
ORDER = [
    (S.COMPLETED, False),
    (S.SEATED, False),
    (S.OFFERED, False),
    (S.WAITLISTED, False),
]


class TestReconcile:
    @pytest.mark.parametrize(
        ("strong", "weak"),
        [(one, other) for at, one in enumerate(ORDER) for other in ORDER[at + 1 :]],
    )
    def test_the_one_that_came_further_stays(self, strong, weak):
        for first, second in permutations((strong, weak)):
            places = [held(1, *first[:1]), held(2, *second[:1])]
            (found,) = reconcile(places)
            assert found.stays.state is strong[0]
            assert [each.state for each in found.goes] == [weak[0]]
            assert not found.open_choice

    def test_who_attended_beats_who_did_not(self):
        (found,) = reconcile([held(1, S.SEATED), held(2, S.SEATED, attended=True)])
        assert found.stays.enrollment_id == UUID(int=2)

    def test_of_equals_the_earlier_stays(self):
        (found,) = reconcile([held(2, S.SEATED), held(1, S.SEATED)])
        assert found.stays.enrollment_id == UUID(int=1)

    @pytest.mark.parametrize("other", [S.COMPLETED, S.DROPPED_OUT])
    def test_two_that_were_begun_ask_for_a_choice(self, other):
        places = [held(1, S.COMPLETED), held(2, other)]
        asked = reconcile(places)
        with pytest.raises(MergeNeedsChoiceError) as error:
            check_chosen(asked)
        assert error.value.extra["choices"][0]["enrollment_ids"] == [
            str(UUID(int=1)),
            str(UUID(int=2)),
        ]

        (chosen,) = reconcile(places, [UUID(int=2)])
        check_chosen([chosen])
        assert chosen.stays.enrollment_id == UUID(int=2)

    @pytest.mark.parametrize("chosen", [UUID(int=2), UUID(int=3), UUID(int=9)])
    def test_nothing_else_can_be_chosen(self, chosen):
        other = held(3, S.SEATED, program=UUID(int=5))
        with pytest.raises(MergeChoiceRefusedError):
            reconcile([held(1, S.COMPLETED), held(2, S.SEATED), other], [chosen])

    def test_different_programmes_do_not_meet(self):
        assert reconcile([held(1, S.SEATED), held(2, S.SEATED, program=UUID(int=5))]) == []


def applied(number: int, state: A, *, place: int | None = None, wave: int = 1) -> Applied:
    return Applied(
        UUID(int=number),
        UUID(int=50 + number),
        UUID(int=wave),
        state,
        None if place is None else UUID(int=place),
        HOUR + timedelta(minutes=number),
    )


class TestSuperfluous:
    @pytest.mark.parametrize(
        ("one", "other", "goes"),
        [
            (applied(1, A.DRAFT), applied(2, A.SUBMITTED), 1),
            (applied(1, A.SUBMITTED), applied(2, A.SUBMITTED), 2),
            (applied(1, A.RESERVE, place=7), applied(2, A.PLACED, place=8), 1),
            (applied(1, A.RESERVE, place=8), applied(2, A.PLACED, place=7), 2),
        ],
    )
    def test_one_of_a_wave_is_withdrawn(self, one, other, goes):
        found = superfluous([one, other], cancelled=[UUID(int=7)])
        assert [each.id for each in found] == [UUID(int=goes)]

    def test_other_waves_do_not_meet(self):
        pair = [applied(1, A.SUBMITTED), applied(2, A.SUBMITTED, wave=2)]
        assert superfluous(pair, cancelled=[]) == []
