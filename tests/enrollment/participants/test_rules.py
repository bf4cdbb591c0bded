from datetime import date, timedelta
from uuid import UUID

import pytest

from services.enrollment.participants import rules
from services.enrollment.participants.rules import (
    BusinessFacts,
    LegalBasis,
    Purpose,
    SizeClass,
    age_band,
    check_birth_date,
    check_legal_basis,
    criterion_of,
    is_self,
    place_of,
    registered_id,
    size_by_capital,
    size_by_sales,
    size_entrant,
)
from services.enrollment.programs.rules import SizeCriterion
from shared.schemas.enrollment import AgeBand
from shared.schemas.enrollment import EntrantKind as K
from shared.scope import NATIONAL, NOTHING, SYSTEM, Place, Reach, Scope

TODAY = date(2026, 11, 22)
ME = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11")
OTHER = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12")
BILLION = 1_000_000_000
NEW, OLD = date(2021, 2, 2), date(2021, 2, 1)


class TestSizes:
    @pytest.mark.parametrize(
        ("rupiah", "size"),
        [
            (0, SizeClass.MICRO),
            (1 * BILLION, SizeClass.MICRO),
            (1 * BILLION + 1, SizeClass.SMALL),
            (5 * BILLION, SizeClass.SMALL),
            (5 * BILLION + 1, SizeClass.MEDIUM),
            (10 * BILLION, SizeClass.MEDIUM),
            (10 * BILLION + 1, SizeClass.LARGE),
        ],
    )
    def test_capital(self, rupiah, size):
        assert size_by_capital(rupiah) is size

    @pytest.mark.parametrize(
        ("rupiah", "size"),
        [
            (2 * BILLION, SizeClass.MICRO),
            (2 * BILLION + 1, SizeClass.SMALL),
            (15 * BILLION, SizeClass.SMALL),
            (15 * BILLION + 1, SizeClass.MEDIUM),
            (50 * BILLION, SizeClass.MEDIUM),
            (50 * BILLION + 1, SizeClass.LARGE),
        ],
    )
    def test_sales(self, rupiah, size):
        assert size_by_sales(rupiah) is size

    def test_capital_counts_from_the_day_the_regulation_came_into_force(self):
        assert criterion_of(NEW) is SizeCriterion.CAPITAL
        assert criterion_of(OLD) is SizeCriterion.SALES


def size(founded_on: date, capital: int | None, sales: int | None, declared: K | None = None):
    business = BusinessFacts(founded_on, capital, sales)
    return size_entrant(business=business, declared=declared, today=TODAY)


class TestSizeEntrant:
    @pytest.mark.parametrize(
        ("founded_on", "figures", "declared", "expected"),
        [
            (NEW, (BILLION, 40 * BILLION), None, (K.MICRO, SizeCriterion.CAPITAL, ())),
            (OLD, (9 * BILLION, BILLION), None, (K.MICRO, SizeCriterion.SALES, ())),
            (NEW, (7 * BILLION, None), K.MEDIUM, (K.MEDIUM, SizeCriterion.CAPITAL, ())),
            (
                NEW,
                (BILLION, None),
                K.SMALL,
                (K.MICRO, SizeCriterion.CAPITAL, ("entrant-kind-differs",)),
            ),
            (NEW, (None, BILLION), K.SMALL, (K.SMALL, None, ("entrant-kind-declared",))),
            (OLD, (BILLION, None), K.MICRO, (K.MICRO, None, ("entrant-kind-declared",))),
        ],
    )
    def test_computes_from_the_deciding_figure_else_takes_what_was_declared(
        self, founded_on, figures, declared, expected
    ):
        sized = size(founded_on, *figures, declared)

        assert (sized.entrant_kind, sized.criterion, sized.warnings) == expected

    def test_keeps_the_size_by_either_figure(self):
        sized = size(NEW, BILLION, 60 * BILLION)

        assert (sized.kind_by_capital, sized.kind_by_sales) == ("MICRO", "LARGE")

    @pytest.mark.parametrize("declared", [None, K.PROSPECTIVE])
    def test_is_prospective_without_a_business(self, declared):
        sized = size_entrant(business=None, declared=declared, today=TODAY)

        assert sized.entrant_kind is K.PROSPECTIVE

    @pytest.mark.parametrize(
        ("business", "declared", "error"),
        [
            (None, K.MICRO, rules.BusinessMissingError),
            (BusinessFacts(NEW, 1, 1), K.PROSPECTIVE, rules.BusinessUnexpectedError),
            (BusinessFacts(date(2026, 11, 23), 1, 1), None, rules.FoundedInFutureError),
            (BusinessFacts(NEW, None, 1), None, rules.SizeUnknownError),
            (BusinessFacts(NEW, 11 * BILLION, 1), K.MEDIUM, rules.BusinessTooLargeError),
            (BusinessFacts(OLD, 1, 51 * BILLION), None, rules.BusinessTooLargeError),
        ],
    )
    def test_refuses(self, business, declared, error):
        with pytest.raises(error):
            size_entrant(business=business, declared=declared, today=TODAY)


class TestCheckBirthDate:
    @pytest.mark.parametrize("born", [TODAY, date(1906, 11, 22)])
    def test_allows_the_living(self, born):
        check_birth_date(born, today=TODAY)

    @pytest.mark.parametrize("born", [date(2026, 11, 23), date(1905, 11, 22)])
    def test_refuses_the_unborn_and_the_too_old(self, born):
        with pytest.raises(rules.BirthDateError):
            check_birth_date(born, today=TODAY)


class TestCheckLegalBasis:
    @pytest.mark.parametrize(
        ("basis", "consented"),
        [
            (LegalBasis.PUBLIC_TASK, []),
            (LegalBasis.LEGAL_OBLIGATION, []),
            (LegalBasis.CONSENT, [Purpose.SEAT_AND_SELECTION]),
        ],
    )
    def test_allows(self, basis, consented):
        assert check_legal_basis(basis, consented=consented) is basis

    @pytest.mark.parametrize(
        ("basis", "consented"),
        [
            (None, [Purpose.SEAT_AND_SELECTION]),
            (LegalBasis.CONSENT, []),
            (LegalBasis.CONSENT, [Purpose.FOLLOW_UP]),
        ],
    )
    def test_refuses_without_a_basis_or_without_its_consent(self, basis, consented):
        with pytest.raises(rules.LegalBasisMissingError):
            check_legal_basis(basis, consented=consented)


class TestAgeBand:
    @pytest.mark.parametrize(
        ("age", "band"),
        [
            (17, AgeBand.UNDER_18),
            (18, AgeBand.FROM_18_TO_24),
            (24, AgeBand.FROM_18_TO_24),
            (25, AgeBand.FROM_25_TO_34),
            (44, AgeBand.FROM_35_TO_44),
            (54, AgeBand.FROM_45_TO_54),
            (55, AgeBand.FROM_55),
            (99, AgeBand.FROM_55),
        ],
    )
    def test_bands(self, age, band):
        assert age_band(age) is band


MYSELF = Scope((Reach(participant_id=ME),))
OFFICE = Scope((Reach(regencies=("33.73",)),))
NOWHERE = Scope((Reach(facilities=(UUID(int=0),)),))


class TestRegisteredId:
    @pytest.mark.parametrize("scope", [NATIONAL, SYSTEM, OFFICE])
    @pytest.mark.parametrize("asked", [None, OTHER])
    def test_lets_an_office_register_anybody(self, scope, asked):
        assert registered_id(asked, scope=scope) == asked

    @pytest.mark.parametrize("asked", [None, ME])
    def test_lets_a_participant_register_himself_under_his_own_id(self, asked):
        assert registered_id(asked, scope=MYSELF) == ME

    @pytest.mark.parametrize(
        ("asked", "scope"), [(OTHER, MYSELF), (None, NOTHING), (ME, NOWHERE), (None, NOWHERE)]
    )
    def test_refuses_anybody_else(self, asked, scope):
        with pytest.raises(rules.NotYourselfError):
            registered_id(asked, scope=scope)


class TestIsSelf:
    def test_knows_himself(self):
        assert is_self(ME, scope=MYSELF)

    @pytest.mark.parametrize("scope", [NATIONAL, SYSTEM, OFFICE])
    def test_knows_others(self, scope):
        assert not is_self(ME, scope=scope)


class TestPlaceOf:
    def test_cuts_province_and_regency_out_of_any_code(self):
        expected = Place(participant_id=ME, home_province_code="33", home_regency_code="33.73")

        assert place_of(ME, home_area_code="33.73.04.1001") == expected
        assert place_of(ME, home_area_code="33.73") == expected


@pytest.mark.parametrize("on", [date(2026, 11, 22), date(2028, 2, 29), date(2026, 3, 1)])
def test_the_last_adult_birth_agrees_with_who_is_a_minor(on):
    last = rules.last_adult_birth(on)

    assert not rules.is_minor(last, on=on)
    assert rules.is_minor(last + timedelta(days=1), on=on)
