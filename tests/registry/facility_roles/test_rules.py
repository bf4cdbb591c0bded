from datetime import date

import pytest

from services.registry.facility_roles.rules import (
    CommitmentRefusedError,
    FacilityRole,
    RoleOverlapsError,
    RolePeriodInvalidError,
    Term,
    check_alone,
    check_commitment,
    check_term,
)

MARCH = Term(date(2027, 3, 1), date(2027, 3, 31))
APRIL = Term(date(2027, 4, 1), date(2027, 4, 30))
OPEN = Term(date(2027, 3, 31), None)


class TestTerm:
    @pytest.mark.parametrize(
        ("one", "other", "overlaps"),
        [(MARCH, APRIL, False), (MARCH, OPEN, True), (APRIL, OPEN, True), (OPEN, OPEN, True)],
    )
    def test_counts_both_ends(self, one, other, overlaps):
        assert one.overlaps(other) is overlaps
        assert other.overlaps(one) is overlaps

    def test_does_not_end_before_it_begins(self):
        with pytest.raises(RolePeriodInvalidError):
            check_term(Term(date(2027, 3, 2), date(2027, 3, 1)))


class TestCheckAlone:
    def test_a_facility_has_one_owner_at_a_time(self):
        check_alone(FacilityRole.OWNER, MARCH, others=[APRIL])
        with pytest.raises(RoleOverlapsError):
            check_alone(FacilityRole.OWNER, MARCH, others=[APRIL, OPEN])

    def test_and_as_many_partners_as_there_are(self):
        check_alone(FacilityRole.PARTNER, MARCH, others=[MARCH, OPEN])


class TestCheckCommitment:
    @pytest.mark.parametrize(
        ("role", "hires", "hires_by"),
        [
            (FacilityRole.HIRING_PARTNER, None, None),
            (FacilityRole.HIRING_PARTNER, 10, None),
            (FacilityRole.FUNDER, 10, date(2027, 1, 1)),
        ],
    )
    def test_is_said_of_hiring_partners_in_full(self, role, hires, hires_by):
        with pytest.raises(CommitmentRefusedError):
            check_commitment(role, hires=hires, hires_by=hires_by)

    def test_accepts_how_many_by_when(self):
        check_commitment(FacilityRole.HIRING_PARTNER, hires=1, hires_by=date(2027, 1, 1))
