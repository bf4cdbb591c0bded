from dataclasses import replace
from uuid import UUID

import pytest

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.rules import AreaTooCoarseError, AreaUnknownError
from services.registry.facilities.rules import (
    FacilityClosedError,
    FacilityForm,
    FacilityIdTakenError,
    FacilityStatusRefusedError,
    ParentMissingError,
    ParentUnknownError,
)
from services.registry.facility_closures.rules import FacilityBookedError
from services.registry.facility_imports.rules import (
    Given,
    Known,
    Plan,
    PresentFacility,
    PresentSpace,
    plan_row,
)
from services.registry.institutions.rules import InstitutionKind, InstitutionUnknownError
from services.registry.space_changes.rules import CapacityBookedError
from services.registry.spaces.rules import (
    SpaceClosedError,
    SpaceIdTakenError,
    SpaceKind,
    SpaceNameTakenError,
)
from services.registry.spaces.schemas import SpaceCreate
from shared.schemas.imports import Outcome
from shared.schemas.registry import FacilityKind
from shared.schemas.registry import FacilityStatus as S
from shared.scope import NATIONAL, Reach, Scope

THERE, PARENT, TAKEN, FRESH = (UUID(int=number) for number in range(1, 5))
SPACE = UUID(int=9)
GIVEN = Given(
    id=None,
    code="B-1",
    name="Balai Melati",
    kind=FacilityKind.UPTD,
    form=None,
    institution_code=None,
    institution_name=None,
    institution_kind=None,
    parent_code=None,
    owner_ministry="MANPOWER",
    area_code="33.73",
    latitude=None,
    longitude=None,
    status=None,
    trades=None,
    address=None,
    synthetic=True,
    spaces=[],
)


def known() -> Known:
    return Known(
        areas={"33", "33.73", "33.74"},
        facilities={"P-1": PARENT},
        institutions={"YPS": UUID(int=8)},
        ids={TAKEN, PARENT},
    )


def plan(given: Given, *, present: PresentFacility | None = None, scope=NATIONAL) -> Plan:
    ids = iter([FRESH, *(UUID(int=number) for number in range(100, 200))])
    return plan_row(given, present=present, known=known(), scope=scope, fresh_id=lambda: next(ids))


def present(given: Given = GIVEN, *, status: S = S.ACTIVE) -> PresentFacility:
    spaces = {"Ruang 1": PresentSpace(SPACE, SpaceKind.ROOM, 20)}
    return PresentFacility(THERE, plan(given).facts, status, spaces)


class TestPlanRow:
    def test_creates_a_facility_that_is_not_there(self):
        made = plan(replace(GIVEN, spaces=[SpaceCreate(name="Ruang 1", capacity=20)]))

        assert (made.outcome, made.id, made.status) == (Outcome.CREATED, FRESH, S.PLANNED)
        assert made.facts.location.regency_code == "33.73"
        assert [space.name for space in made.spaces] == ["Ruang 1"]
        assert made.spaces[0].id is not None

    def test_does_nothing_when_nothing_is_new(self):
        again = replace(GIVEN, spaces=[SpaceCreate(name="Ruang 1", capacity=20)])

        assert plan(again, present=present()).outcome is Outcome.UNCHANGED

    @pytest.mark.parametrize(
        "given",
        [
            replace(GIVEN, name="Balai Anggrek"),
            replace(GIVEN, area_code="33.74"),
            replace(GIVEN, status=S.SUSPENDED),
            replace(GIVEN, spaces=[SpaceCreate(name="Ruang 1", capacity=25)]),
            replace(GIVEN, spaces=[SpaceCreate(name="Ruang 2", capacity=20)]),
        ],
    )
    def test_changes_what_is_new(self, given):
        changed = plan(given, present=present())

        assert (changed.outcome, changed.id) == (Outcome.CHANGED, THERE)

    def test_keeps_room_for_those_who_are_coming(self):
        there = present()
        there.spaces["Ruang 1"] = replace(there.spaces["Ruang 1"], people=16)
        enough = replace(GIVEN, spaces=[SpaceCreate(name="Ruang 1", capacity=16)])
        short = replace(GIVEN, spaces=[SpaceCreate(name="Ruang 1", capacity=15)])

        assert plan(enough, present=there).outcome is Outcome.CHANGED
        with pytest.raises(CapacityBookedError):
            plan(short, present=there)

    def test_does_not_change_a_space_that_is_closed(self):
        there = present()
        there.spaces["Ruang 1"] = replace(there.spaces["Ruang 1"], closed=True)
        same = replace(GIVEN, spaces=[SpaceCreate(name="Ruang 1", capacity=20)])
        other = replace(GIVEN, spaces=[SpaceCreate(name="Ruang 1", capacity=21)])

        assert plan(same, present=there).outcome is Outcome.UNCHANGED
        with pytest.raises(SpaceClosedError):
            plan(other, present=there)

    def test_does_not_close_a_facility_that_somebody_is_to_use(self):
        there = present()
        there.spaces["Ruang 1"] = replace(there.spaces["Ruang 1"], people=16)

        assert plan(replace(GIVEN, status=S.CLOSED), present=present()).status is S.CLOSED
        with pytest.raises(FacilityBookedError):
            plan(replace(GIVEN, status=S.CLOSED), present=there)

    def test_leaves_what_an_empty_cell_says_nothing_of(self):
        there = present(replace(GIVEN, trades=["ICT"], address="Jalan Melati 1", parent_code="P-1"))

        changed = plan(replace(GIVEN, name="Balai Anggrek"), present=there)

        assert changed.facts == replace(there.facts, name="Balai Anggrek")

    def test_makes_an_institution_that_is_new(self):
        made = plan(
            replace(
                GIVEN,
                institution_code="NEW",
                institution_name="Yayasan Baru",
                institution_kind=InstitutionKind.FOUNDATION,
            )
        )

        assert made.institution is not None
        assert made.facts.institution_id == made.institution.id

    def test_lets_later_rows_build_on_what_a_row_adds(self):
        memory = known()
        parent = replace(GIVEN, kind=FacilityKind.UPTP)
        child = replace(GIVEN, code="B-2", kind=FacilityKind.UPTP, form=FacilityForm.SATPEL)

        for given in (parent, replace(child, parent_code="B-1")):
            last = plan_row(
                given, present=None, known=memory, scope=NATIONAL, fresh_id=lambda: FRESH
            )

        assert last.facts.parent_id == FRESH

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"area_code": "33.99"}, AreaUnknownError),
            ({"area_code": "33"}, AreaTooCoarseError),
            ({"institution_code": "NEW"}, InstitutionUnknownError),
            ({"institution_code": "NEW", "institution_name": "X"}, InstitutionUnknownError),
            ({"parent_code": "P-9"}, ParentUnknownError),
            ({"parent_code": "B-1"}, ParentUnknownError),
            ({"kind": FacilityKind.UPTP, "form": FacilityForm.SATPEL}, ParentMissingError),
            ({"id": TAKEN}, FacilityIdTakenError),
            ({"status": S.SUSPENDED}, FacilityStatusRefusedError),
            ({"status": S.CLOSED}, FacilityStatusRefusedError),
            ({"spaces": [SpaceCreate(name="A", capacity=1)] * 2}, SpaceNameTakenError),
            ({"spaces": [SpaceCreate(name="A", capacity=1, id=TAKEN)]}, SpaceIdTakenError),
            (
                {
                    "spaces": [
                        SpaceCreate(name="A", capacity=1, id=SPACE),
                        SpaceCreate(name="B", capacity=1, id=SPACE),
                    ]
                },
                SpaceIdTakenError,
            ),
        ],
    )
    def test_refuses_what_is_wrong(self, changes, error):
        with pytest.raises(error):
            plan(replace(GIVEN, **changes))

    def test_refuses_another_id_for_a_facility_that_is_there(self):
        with pytest.raises(FacilityIdTakenError):
            plan(replace(GIVEN, id=FRESH), present=present())

    @pytest.mark.parametrize("changes", [{"name": "X"}, {"status": S.ACTIVE}])
    def test_refuses_to_change_a_closed_facility(self, changes):
        with pytest.raises((FacilityClosedError, FacilityStatusRefusedError)):
            plan(replace(GIVEN, **changes), present=present(status=S.CLOSED))

    def test_takes_a_closed_facility_of_which_nothing_new_is_said(self):
        closed = present(status=S.CLOSED)

        assert plan(GIVEN, present=closed).outcome is Outcome.UNCHANGED

    @pytest.mark.parametrize(
        ("reach", "allowed"),
        [
            (Reach(provinces=("33",)), True),
            (Reach(regencies=("33.73",)), True),
            (Reach(provinces=("32",)), False),
            (Reach(ministries=("MSME",)), False),
            (Reach(provinces=("33",), ministries=("MANPOWER",)), True),
            (Reach(facilities=(THERE,)), False),
        ],
    )
    def test_asks_whether_the_place_is_the_importers(self, reach, allowed):
        scope = Scope(reaches=(reach,))

        if allowed:
            assert plan(GIVEN, scope=scope).outcome is Outcome.CREATED
        else:
            with pytest.raises(OutOfScopeError):
                plan(GIVEN, scope=scope)

    def test_refuses_to_take_a_facility_from_another_regency(self):
        scope = Scope(reaches=(Reach(regencies=("33.74",)),))

        with pytest.raises(OutOfScopeError):
            plan(replace(GIVEN, area_code="33.74"), present=present(), scope=scope)
