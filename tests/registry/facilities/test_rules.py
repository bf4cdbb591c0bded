from dataclasses import replace
from uuid import UUID

import pytest

from services.registry.areas.rules import locate
from services.registry.facilities.rules import (
    Circle,
    FacilityForm,
    FacilitySort,
    FacilitySortRefusedError,
    FacilityStatusRefusedError,
    Facts,
    FormRefusedError,
    NearInvalidError,
    ParentMissingError,
    PointIncompleteError,
    Standing,
    check_facts,
    check_status_change,
    circle_of,
    sort_of,
)
from shared.schemas.registry import FacilityKind
from shared.schemas.registry import FacilityStatus as S

PARENT = UUID(int=7)
FACTS = Facts(
    name="BPVP Salatiga",
    kind=FacilityKind.UPTP,
    form=None,
    institution_id=None,
    parent_id=None,
    owner_ministry="MANPOWER",
    location=locate("33.73.04"),
    latitude=None,
    longitude=None,
    trades=(),
    address=None,
)


ALLOWED = {
    (S.PLANNED, S.ACTIVE),
    (S.PLANNED, S.CLOSED),
    (S.ACTIVE, S.SUSPENDED),
    (S.ACTIVE, S.CLOSED),
    (S.SUSPENDED, S.ACTIVE),
    (S.SUSPENDED, S.CLOSED),
}


class TestCheckStatusChange:
    @pytest.mark.parametrize(("present", "wanted"), sorted(ALLOWED))
    def test_allows_what_the_life_of_a_facility_knows(self, present, wanted):
        check_status_change(present=present, wanted=wanted)

    @pytest.mark.parametrize(
        ("present", "wanted"),
        sorted({(present, wanted) for present in S for wanted in S} - ALLOWED),
    )
    def test_refuses_everything_else(self, present, wanted):
        with pytest.raises(FacilityStatusRefusedError, match=f"{present} cannot become {wanted}"):
            check_status_change(present=present, wanted=wanted)


class TestCheckFacts:
    @pytest.mark.parametrize(
        "facts",
        [
            FACTS,
            replace(FACTS, form=FacilityForm.BPVP),
            replace(FACTS, form=FacilityForm.SATPEL, parent_id=PARENT),
            replace(FACTS, latitude=-7.3, longitude=110.5),
            replace(FACTS, kind=FacilityKind.PLUT, parent_id=PARENT),
        ],
    )
    def test_takes_facts_that_agree(self, facts):
        check_facts(facts)

    @pytest.mark.parametrize(
        ("facts", "error"),
        [
            (replace(FACTS, kind=FacilityKind.UPTD, form=FacilityForm.BPVP), FormRefusedError),
            (replace(FACTS, form=FacilityForm.SATPEL), ParentMissingError),
            (replace(FACTS, latitude=-7.3), PointIncompleteError),
            (replace(FACTS, longitude=110.5), PointIncompleteError),
        ],
    )
    def test_refuses_facts_that_contradict_one_another(self, facts, error):
        with pytest.raises(error):
            check_facts(facts)


class TestFacts:
    def test_lie_where_their_location_says(self):
        place = FACTS.place(PARENT)

        assert (place.province_code, place.regency_code) == ("33", "33.73")
        assert (place.facility_id, place.owner_ministry) == (PARENT, "MANPOWER")


class TestStanding:
    def test_tells_what_changed(self):
        standing = Standing(
            kind=FacilityKind.PLUT,
            form=None,
            owner_ministry="MSME",
            institution_id=None,
            area_code="33.73",
            status=S.ACTIVE,
        )
        later = replace(standing, owner_ministry="MANPOWER", status=S.CLOSED)

        assert later.changed_since(standing) == ("owner_ministry", "status")
        assert standing.changed_since(standing) == ()
        assert len(standing.changed_since(None)) == 6


class TestSortOf:
    @pytest.mark.parametrize(
        ("asked", "near", "named", "sort"),
        [
            (None, True, True, FacilitySort.DISTANCE),
            (None, False, True, FacilitySort.RELEVANCE),
            (None, False, False, FacilitySort.CODE),
            (FacilitySort.RELEVANCE, True, True, FacilitySort.RELEVANCE),
            (FacilitySort.CODE, True, True, FacilitySort.CODE),
        ],
    )
    def test_takes_what_is_asked_or_what_there_is_to_go_by(self, asked, near, named, sort):
        assert sort_of(asked, near=near, named=named) is sort

    @pytest.mark.parametrize("asked", [FacilitySort.DISTANCE, FacilitySort.RELEVANCE])
    def test_refuses_to_sort_by_what_is_not_there(self, asked):
        with pytest.raises(FacilitySortRefusedError):
            sort_of(asked, near=False, named=False)


class TestCircleOf:
    def test_reads_latitude_and_longitude(self):
        assert circle_of("-7.3, 110.5", 25.0) == Circle(-7.3, 110.5, 25.0)

    def test_reaches_everywhere_without_a_radius(self):
        assert circle_of("-7.3,110.5", None) == Circle(-7.3, 110.5, None)

    def test_is_none_when_nothing_is_asked(self):
        assert circle_of(None, None) is None

    @pytest.mark.parametrize(
        ("near", "radius_km"),
        [
            (None, 25.0),
            ("-7.3", 25.0),
            ("-7.3,110.5,3", 25.0),
            ("a,b", 25.0),
            ("91,110", 25.0),
            ("0,181", 25.0),
            ("nan,0", 25.0),
        ],
    )
    def test_refuses_half_a_question(self, near, radius_km):
        with pytest.raises(NearInvalidError):
            circle_of(near, radius_km)
