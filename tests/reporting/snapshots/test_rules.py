from datetime import UTC, date, datetime

import pytest

from services.reporting.snapshots.rules import (
    PeriodRefusedError,
    SigningKeyUnfitError,
    SnapshotState,
    SnapshotStateError,
    body_of,
    check_period,
    check_state,
    public_jwk,
    sign,
    taken_at,
)
from shared.http.tokens import make_key
from tests.reporting.snapshots.stranger import verify

TODAY = date(2027, 4, 3)


class TestCheckPeriod:
    @pytest.mark.parametrize(
        ("first", "last"),
        [(date(2027, 1, 1), date(2027, 3, 31)), (TODAY, TODAY)],
    )
    def test_takes_what_has_begun_its_last_day(self, first, last):
        check_period(first, last, today=TODAY)

    @pytest.mark.parametrize(
        ("first", "last"),
        [(date(2027, 3, 31), date(2027, 3, 30)), (date(2027, 1, 1), date(2027, 4, 4))],
    )
    def test_refuses_what_is_out_of_order_or_to_come(self, first, last):
        with pytest.raises(PeriodRefusedError):
            check_period(first, last, today=TODAY)


class TestTakenAt:
    def test_is_the_end_of_the_period_in_jakarta(self):
        found = taken_at(date(2027, 3, 31), now=datetime(2027, 4, 3, tzinfo=UTC))

        assert found == datetime(2027, 3, 31, 17, tzinfo=UTC)

    def test_is_now_while_the_last_day_lasts(self):
        now = datetime(2027, 4, 3, 8, tzinfo=UTC)

        assert taken_at(TODAY, now=now) == now


class TestCheckState:
    def test_says_what_would_be_allowed(self):
        with pytest.raises(SnapshotStateError) as refused:
            check_state(SnapshotState.ORDERED, SnapshotState.FROZEN)

        assert refused.value.extra == {"present": "ORDERED", "allowed": ["FROZEN"]}


class TestBodyOf:
    def test_has_one_form_whatever_the_order(self):
        one = body_of(
            {"id": 1, "title": "a"}, tables={"b": [], "a": {}}, baselines=[], synthetic=True
        )
        other = body_of(
            {"title": "a", "id": 1}, tables={"a": {}, "b": []}, baselines=[], synthetic=True
        )

        assert one == other
        assert b'"synthetic_note":"DATA SINTETIS"' in one


class TestSign:
    def test_is_verified_by_a_stranger(self):
        key = make_key("balai:reporting")
        signature = sign(b"figures", key)

        public = public_jwk(key)["x"]
        assert verify(public, b"figures", signature)
        assert not verify(public, b"Figures", signature)
        assert not verify(public_jwk(make_key("x"))["x"], b"figures", signature)

    def test_refuses_what_is_no_ed25519_key(self):
        with pytest.raises(SigningKeyUnfitError):
            sign(b"figures", "key")


class TestPublicJwk:
    def test_holds_nothing_private(self):
        assert set(public_jwk(make_key("balai:reporting"))) == {
            "kty", "crv", "x", "kid", "alg", "use",
        }  # fmt: skip
