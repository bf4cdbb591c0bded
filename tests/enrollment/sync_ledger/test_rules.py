"""What a device's clock is worth, and how a refusal is kept in both languages."""

from datetime import timedelta

import pytest

from services.enrollment.sync_ledger import rules
from shared.clock import utc_now
from shared.errors import ConflictError
from shared.i18n import Text

NOW = utc_now()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


class TestServerTime:
    @pytest.mark.parametrize(
        ("ahead", "made_before", "expected_before"),
        [
            (0, 30, 30),
            # Less than two minutes may be the way of the request.
            (1, 30, 30),
            (-1, 30, 30),
            (7, 30, 37),
            (-60, 90, 30),
            # Nothing was done after it was told.
            (1, -1, 0),
            (7, -9, 0),
        ],
    )
    def test_puts_right_what_the_clock_is_off_by(self, ahead, made_before, expected_before):
        made_at = NOW - minutes(made_before)

        found = rules.server_time(made_at, skew=minutes(ahead), now=NOW)

        assert found == NOW - minutes(expected_before)


class TestMilliseconds:
    def test_holds_what_a_column_can(self):
        assert rules.milliseconds(timedelta(seconds=-1.5)) == -1500
        assert rules.milliseconds(timedelta(days=10_000)) == (1 << 31) - 1
        assert rules.milliseconds(timedelta(days=-10_000)) == 1 - (1 << 31)


class TestSameStart:
    @pytest.mark.parametrize(("apart", "expected"), [(0, True), (-5, True), (5.1, False)])
    def test_two_clocks_tell_of_one_start(self, apart, expected):
        assert rules.same_start(NOW, NOW + minutes(apart)) is expected


class TestTold:
    def test_tells_in_one_language_what_is_kept_in_both(self):
        said = Text("Sudah.", "Done.")
        error = ConflictError(
            said, pointer="/position", extra={"left": [said, 3], "state": None, "of": {"a": said}}
        )

        problem = rules.problem_of(error)

        assert rules.told(problem, "en") == {
            "code": "conflict",
            "status": 409,
            "title": ConflictError.title.en,
            "detail": "Done.",
            "left": ["Done.", 3],
            "state": None,
            "of": {"a": "Done."},
            "errors": [
                {"in": "body", "pointer": "/position", "code": "conflict", "detail": "Done."}
            ],
        }
        assert rules.told(problem, "id")["detail"] == "Sudah."
