from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrollment.privacy_requests.rules import (
    CLOCK,
    MembersError,
    PurposeError,
    RefusalReason,
    RequestKind,
    RequestState,
    RequestStateError,
    check_asked,
    check_turn,
    is_overdue,
    receipt_of,
    step,
)
from shared.ids import new_id

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
K, S = RequestKind, RequestState


class TestCheckAsked:
    @pytest.mark.parametrize(
        ("kind", "purpose", "version", "members", "refused"),
        [
            (K.ACCESS, False, False, False, None),
            (K.ACCESS, True, True, False, PurposeError),
            (K.ERASURE, False, False, True, MembersError),
            (K.CORRECTION, False, False, True, None),
            (K.CORRECTION, False, False, False, MembersError),
            (K.WITHDRAWAL, True, True, False, None),
            (K.WITHDRAWAL, True, False, False, PurposeError),
            (K.RESTRICTION, False, True, False, PurposeError),
        ],
    )
    def test_wants_what_belongs_to_the_kind(self, kind, purpose, version, members, refused):
        asked = {"purpose": purpose, "version": version, "members": members}

        if refused is None:
            check_asked(kind, **asked)
        else:
            with pytest.raises(refused):
                check_asked(kind, **asked)


class TestCheckTurn:
    @pytest.mark.parametrize(
        ("present", "wanted", "allowed"),
        [
            (S.RECEIVED, S.IN_PROGRESS, True),
            (S.RECEIVED, S.DONE, True),
            (S.IN_PROGRESS, S.REFUSED, True),
            (S.IN_PROGRESS, S.RECEIVED, False),
            (S.DONE, S.REFUSED, False),
            (S.REFUSED, S.DONE, False),
        ],
    )
    def test_goes_forward_only(self, present, wanted, allowed):
        if allowed:
            check_turn(present, wanted)
        else:
            with pytest.raises(RequestStateError) as refused:
                check_turn(present, wanted)
            assert refused.value.extra["present"] == present.value


class TestIsOverdue:
    def test_counts_three_times_24_hours_and_only_what_is_open(self):
        due = NOW + CLOCK

        assert timedelta(hours=72) == CLOCK
        assert not is_overdue(S.RECEIVED, due, now=due)
        assert is_overdue(S.IN_PROGRESS, due, now=due + timedelta(seconds=1))
        assert not is_overdue(S.DONE, due, now=due + timedelta(days=9))


class TestReceiptOf:
    def test_changes_with_whatever_it_says(self):
        told = {
            "state": S.DONE,
            "received_at": NOW,
            "closed_at": NOW + timedelta(hours=1),
            "steps": [step("registry", "erased", {"booking": 2}, at=NOW)],
            "reason": None,
            "again_on": None,
        }
        request_id = new_id()
        _, one = receipt_of(request_id, K.ERASURE, **told)

        same = receipt_of(request_id, K.ERASURE, **told)[1]
        refused = {"reason": RefusalReason.LEGAL_HOLD, "again_on": date(2027, 1, 1)}
        other = receipt_of(request_id, K.ERASURE, **{**told, **refused})

        assert one == same != other[1]
        assert other[0]["again_on"] == "2027-01-01"
