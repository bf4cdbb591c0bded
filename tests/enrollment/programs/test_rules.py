from datetime import date

import pytest

from services.enrollment.programs.rules import (
    AgeRangeError,
    NotYourMinistryError,
    PersonFacts,
    ProgramTerms,
    Refusal,
    SizeCriterion,
    age_on,
    check_ages,
    check_owner,
    judged_kind,
    refusal,
)
from shared.schemas.enrollment import EntrantKind as K
from shared.scope import NATIONAL, NOTHING, Place, Reach, Scope

TODAY = date(2026, 11, 22)


def terms(**changes) -> ProgramTerms:
    values = {
        "entrant_kinds": ("MICRO", "SMALL", "PROSPECTIVE"),
        "size_criterion": SizeCriterion.BY_FOUNDING,
        "min_age": 18,
        "max_age": 60,
        "area_codes": (),
    }
    return ProgramTerms(**{**values, **changes})


def facts(**changes) -> PersonFacts:
    values = {
        "birth_date": date(1990, 5, 17),
        "entrant_kind": K.MICRO,
        "kind_by_capital": None,
        "kind_by_sales": None,
        "home_province_code": "33",
        "home_regency_code": "33.73",
    }
    return PersonFacts(**{**values, **changes})


class TestAgeOn:
    @pytest.mark.parametrize(
        ("born", "day", "age"),
        [
            (date(2000, 6, 1), date(2018, 5, 31), 17),
            (date(2000, 6, 1), date(2018, 6, 1), 18),
            (date(2004, 2, 29), date(2022, 2, 28), 17),
            (date(2004, 2, 29), date(2022, 3, 1), 18),
            (date(2000, 12, 31), date(2001, 1, 1), 0),
        ],
    )
    def test_counts_full_years(self, born, day, age):
        assert age_on(born, day) == age


class TestJudgedKind:
    @pytest.mark.parametrize(
        ("criterion", "by_capital", "by_sales", "judged"),
        [
            (SizeCriterion.BY_FOUNDING, "MEDIUM", "MEDIUM", "MICRO"),
            (SizeCriterion.CAPITAL, "SMALL", None, "SMALL"),
            (SizeCriterion.CAPITAL, None, "SMALL", "MICRO"),
            (SizeCriterion.SALES, "SMALL", "LARGE", "LARGE"),
            (SizeCriterion.SALES, "SMALL", None, "MICRO"),
        ],
    )
    def test_takes_the_programmes_own_figure_when_it_is_known(
        self, criterion, by_capital, by_sales, judged
    ):
        person = facts(kind_by_capital=by_capital, kind_by_sales=by_sales)

        assert judged_kind(criterion, person) == judged


class TestRefusal:
    @pytest.mark.parametrize(
        ("asked", "person", "code"),
        [
            (terms(), facts(), None),
            (terms(), facts(entrant_kind=K.PROSPECTIVE), None),
            (terms(), facts(entrant_kind=K.MEDIUM), Refusal.KIND),
            (
                terms(size_criterion=SizeCriterion.SALES),
                facts(kind_by_sales="MEDIUM"),
                Refusal.KIND,
            ),
            (terms(), facts(birth_date=date(2008, 11, 23)), Refusal.AGE),
            (terms(), facts(birth_date=date(2008, 11, 22)), None),
            (terms(), facts(birth_date=date(1965, 11, 23)), None),
            (terms(), facts(birth_date=date(1965, 11, 22)), Refusal.AGE),
            (terms(area_codes=("33",)), facts(), None),
            (terms(area_codes=("33.73", "32")), facts(), None),
            (terms(area_codes=("33.72",)), facts(), Refusal.AREA),
            (
                terms(area_codes=("31",)),
                facts(entrant_kind=K.MEDIUM, birth_date=date(2020, 1, 1)),
                Refusal.KIND,
            ),
            (terms(area_codes=("31",)), facts(birth_date=date(2020, 1, 1)), Refusal.AGE),
        ],
    )
    def test_judges_kind_then_age_then_area(self, asked, person, code):
        assert refusal(asked, person, on=TODAY) == code


class TestCheckAges:
    def test_refuses_a_range_that_nobody_is_in(self):
        with pytest.raises(AgeRangeError):
            check_ages(min_age=30, max_age=29)

    def test_allows_a_single_age(self):
        check_ages(min_age=30, max_age=30)


class TestCheckOwner:
    PLACE = Place(owner_ministry="MANPOWER", co_ministry="MSME")

    @pytest.mark.parametrize(
        "scope", [NATIONAL, Scope((Reach(("MSME",)),)), Scope((Reach(("MANPOWER",)),))]
    )
    def test_allows_owner_co_owner_and_nation(self, scope):
        check_owner(self.PLACE, scope=scope)

    @pytest.mark.parametrize("scope", [NOTHING, Scope((Reach(("INDUSTRY",)),))])
    def test_refuses_everybody_else(self, scope):
        with pytest.raises(NotYourMinistryError):
            check_owner(self.PLACE, scope=scope)
