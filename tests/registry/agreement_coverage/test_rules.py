from datetime import date

import pytest

from services.registry.agreement_coverage.rules import (
    CoverageEndedError,
    CoveragePeriodInvalidError,
    check_end,
    check_period,
    overlap,
)
from services.registry.agreements.rules import KeptState, Term

MARCH, APRIL, MAY = date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1)


class TestCheckPeriod:
    @pytest.mark.parametrize(("valid_from", "valid_to"), [(MARCH, None), (APRIL, APRIL)])
    def test_takes_what_lies_within_the_agreement(self, valid_from, valid_to):
        check_period(Term(KeptState.SIGNED, MARCH, APRIL), valid_from=valid_from, valid_to=valid_to)

    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "pointer"),
        [
            (date(2025, 2, 28), None, "/valid_from"),
            (MAY, None, "/valid_from"),
            (APRIL, MARCH, "/valid_to"),
            (MARCH, MAY, "/valid_to"),
        ],
    )
    def test_refuses_what_does_not(self, valid_from, valid_to, pointer):
        with pytest.raises(CoveragePeriodInvalidError) as refused:
            check_period(
                Term(KeptState.SIGNED, MARCH, APRIL), valid_from=valid_from, valid_to=valid_to
            )

        assert refused.value.pointer == pointer


class TestOverlap:
    @pytest.mark.parametrize(
        ("one", "other", "shared"),
        [
            ((MARCH, None), (APRIL, None), True),
            ((MARCH, APRIL), (APRIL, MAY), True),
            ((MARCH, date(2025, 3, 31)), (APRIL, MAY), False),
            ((MAY, None), (MARCH, APRIL), False),
            ((APRIL, APRIL), (MARCH, MAY), True),
        ],
    )
    def test_is_a_day_in_both(self, one, other, shared):
        assert overlap(*one, other_from=other[0], other_to=other[1]) is shared
        assert overlap(*other, other_from=one[0], other_to=one[1]) is shared


class TestCheckEnd:
    @pytest.mark.parametrize(("valid_to", "last_day"), [(None, MARCH), (MAY, APRIL)])
    def test_takes_an_earlier_end(self, valid_to, last_day):
        check_end(valid_from=MARCH, valid_to=valid_to, last_day=last_day)

    @pytest.mark.parametrize(
        ("valid_to", "last_day", "error"),
        [
            (APRIL, APRIL, CoverageEndedError),
            (APRIL, MAY, CoverageEndedError),
            (None, date(2025, 2, 28), CoveragePeriodInvalidError),
        ],
    )
    def test_refuses_a_later_one_or_none(self, valid_to, last_day, error):
        with pytest.raises(error):
            check_end(valid_from=MARCH, valid_to=valid_to, last_day=last_day)
