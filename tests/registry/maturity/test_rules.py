from datetime import date

import pytest

from services.registry.maturity import rules
from services.registry.maturity.rules import (
    AssessmentDayInvalidError,
    CriteriaInvalidError,
    Criterion,
    CriterionUnknownError,
    NotCommunityCentreError,
)
from shared.schemas.registry import FacilityKind, MaturityClass

BARU, TUMBUH, BERKEMBANG, MANDIRI = MaturityClass
CRITERIA = (
    Criterion("STAFF", TUMBUH),
    Criterion("TOOLS", TUMBUH),
    Criterion("PARTNERS", BERKEMBANG),
    Criterion("INCOME", MANDIRI),
)


class TestClassOf:
    @pytest.mark.parametrize(
        ("met", "expected"),
        [
            (set(), BARU),
            ({"STAFF"}, BARU),
            ({"PARTNERS", "INCOME"}, BARU),
            ({"STAFF", "TOOLS"}, TUMBUH),
            ({"STAFF", "TOOLS", "INCOME"}, TUMBUH),
            ({"STAFF", "TOOLS", "PARTNERS"}, BERKEMBANG),
            ({"STAFF", "PARTNERS", "INCOME"}, BARU),
            ({"STAFF", "TOOLS", "PARTNERS", "INCOME"}, MANDIRI),
        ],
    )
    def test_needs_every_criterion_of_a_class_and_of_those_below(self, met, expected):
        assert rules.class_of(CRITERIA, met) is expected
        assert rules.class_of(reversed(CRITERIA), met) is expected


class TestMissingForNext:
    @pytest.mark.parametrize(
        ("met", "following", "missing"),
        [
            ({"STAFF"}, TUMBUH, ["TOOLS"]),
            ({"STAFF", "TOOLS"}, BERKEMBANG, ["PARTNERS"]),
            ({"STAFF", "TOOLS", "PARTNERS", "INCOME"}, None, []),
        ],
    )
    def test_names_what_lacks(self, met, following, missing):
        assert rules.missing_for_next(CRITERIA, met) == (following, missing)


class TestCheckCriteria:
    def test_takes_those_that_tell_every_class(self):
        rules.check_criteria(CRITERIA)

    @pytest.mark.parametrize(
        "criteria",
        [
            CRITERIA[:3],
            (*CRITERIA, Criterion("STAFF", MANDIRI)),
            (*CRITERIA, Criterion("WALLS", BARU)),
        ],
    )
    def test_refuses_the_rest(self, criteria):
        with pytest.raises(CriteriaInvalidError):
            rules.check_criteria(criteria)


class TestCheckMet:
    @pytest.mark.parametrize(
        ("met", "pointer"),
        [(["STAFF", "X"], "/met/1/criterion"), (["STAFF", "STAFF"], "/met/1/criterion")],
    )
    def test_says_which_is_wrong(self, met, pointer):
        with pytest.raises(CriterionUnknownError) as refused:
            rules.check_met(met, criteria=CRITERIA)

        assert refused.value.pointer == pointer


class TestCheckDays:
    @pytest.mark.parametrize(
        ("year", "assessed_on", "pointer"),
        [
            (2027, date(2026, 3, 1), "/year"),
            (2026, date(2026, 3, 3), "/assessed_on"),
            (2026, date(2025, 12, 31), "/assessed_on"),
        ],
    )
    def test_refuses_what_has_not_come(self, year, assessed_on, pointer):
        with pytest.raises(AssessmentDayInvalidError) as refused:
            rules.check_days(year=year, assessed_on=assessed_on, today=date(2026, 3, 2))

        assert refused.value.pointer == pointer

    def test_lets_a_year_be_assessed_when_it_is_over(self):
        rules.check_days(year=2025, assessed_on=date(2026, 3, 2), today=date(2026, 3, 2))


class TestCheckCommunity:
    @pytest.mark.parametrize("kind", sorted(set(FacilityKind) - {FacilityKind.BLKK}))
    def test_refuses_every_other_kind(self, kind):
        with pytest.raises(NotCommunityCentreError):
            rules.check_community(kind)

    def test_takes_a_community_centre(self):
        rules.check_community(FacilityKind.BLKK)
