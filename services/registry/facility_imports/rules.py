"""What a row of the file does to the registry, decided without a database."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from services.registry.access.rules import check_within
from services.registry.areas import rules as areas
from services.registry.areas.rules import AreaUnknownError, Location
from services.registry.facilities.rules import (
    FacilityClosedError,
    FacilityForm,
    FacilityIdTakenError,
    FacilityStatusRefusedError,
    Facts,
    ParentUnknownError,
    check_facts,
    check_status_change,
)
from services.registry.facility_closures.rules import FacilityBookedError
from services.registry.institutions.rules import InstitutionKind, InstitutionUnknownError
from services.registry.institutions.schemas import InstitutionCreate
from services.registry.space_changes.rules import check_capacity
from services.registry.spaces.rules import (
    SpaceClosedError,
    SpaceIdTakenError,
    SpaceNameTakenError,
)
from services.registry.spaces.schemas import SpaceCreate
from shared.schemas.imports import Outcome
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Place, Scope

_INITIAL: Final = (FacilityStatus.PLANNED, FacilityStatus.ACTIVE)
# Cells that say a fact of the facility under the fact's own name.
_PLAIN: Final = ("name", "kind", "form", "owner_ministry", "latitude", "longitude", "address")


@dataclass(frozen=True, slots=True)
class Given:
    """What a row says; None where its cell is empty, which says nothing."""

    id: UUID | None
    code: str
    name: str
    kind: FacilityKind
    form: FacilityForm | None
    institution_code: str | None
    institution_name: str | None
    institution_kind: InstitutionKind | None
    parent_code: str | None
    owner_ministry: str
    area_code: str
    latitude: float | None
    longitude: float | None
    status: FacilityStatus | None
    trades: list[str] | None
    address: str | None
    synthetic: bool
    spaces: list[SpaceCreate]


@dataclass(frozen=True, slots=True)
class PresentSpace:
    """A space that the facility has; `people` are those of its fullest booking to come."""

    id: UUID
    kind: str
    capacity: int
    people: int | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class PresentFacility:
    """What the registry knows of the facility with a row's code."""

    id: UUID
    facts: Facts
    status: FacilityStatus
    spaces: dict[str, PresentSpace]


@dataclass(slots=True)
class Known:
    """What the registry has of all that some rows name, and what earlier rows have added to it.

    `facilities` and `institutions` are ids by code, `ids` those in use of facilities and spaces.
    """

    areas: set[str] = field(default_factory=set)
    facilities: dict[str, UUID] = field(default_factory=dict)
    institutions: dict[str, UUID] = field(default_factory=dict)
    ids: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row does: to a facility that is there when `present` is given, else a new one.

    `spaces` are new ones; `resized` are spaces that are there, by their ids.
    """

    present: PresentFacility | None
    id: UUID
    code: str
    synthetic: bool
    facts: Facts
    status: FacilityStatus
    institution: InstitutionCreate | None
    spaces: tuple[SpaceCreate, ...]
    resized: dict[UUID, SpaceCreate]

    @property
    def outcome(self) -> Outcome:
        """What the row comes to."""
        if self.present is None:
            return Outcome.CREATED
        same = (self.facts, self.status) == (self.present.facts, self.present.status)
        return (
            Outcome.UNCHANGED
            if same and not self.spaces and not self.resized
            else (Outcome.CHANGED)
        )

    @property
    def wakes_the_closed(self) -> bool:
        """Whether the row would change a facility that is closed."""
        closed = self.present is not None and self.present.status is FacilityStatus.CLOSED
        return closed and self.outcome is not Outcome.UNCHANGED


def plan_row(
    row: Given,
    *,
    present: PresentFacility | None,
    known: Known,
    scope: Scope,
    fresh_id: Callable[[], UUID],
) -> Plan:
    """Return what a row does, and add to `known` what later rows may build on.

    Raises:
        AreaUnknownError, AreaTooCoarseError, InstitutionUnknownError, ParentUnknownError:
            when it names what is not there.
        OutOfScopeError: when the facility is, or would come to lie, outside the importer's scope.
        FormRefusedError, ParentMissingError, PointIncompleteError: when its facts disagree.
        FacilityClosedError, FacilityStatusRefusedError: when the facility's life refuses it.
        FacilityBookedError: when somebody has a space of a facility to be closed.
        SpaceClosedError: when a space to be changed is out of use for good.
        FacilityIdTakenError, SpaceIdTakenError, SpaceNameTakenError: when something is taken.
    """
    facility_id = _identify(row, present, known, fresh_id)
    location = _locate(row.area_code, known)
    _check_reach(row, facility_id, present, location, scope)
    institution_id, institution = _institution(row, known, fresh_id)
    facts = _facts(row, present, known, {"location": location, "institution_id": institution_id})
    check_facts(facts)
    spaces, resized = _spaces(row, present, known, fresh_id)
    plan = Plan(
        present=present,
        id=facility_id,
        code=row.code,
        synthetic=row.synthetic,
        facts=facts,
        status=_status(row, present),
        institution=institution,
        spaces=spaces,
        resized=resized,
    )
    if plan.wakes_the_closed:
        raise FacilityClosedError
    _learn(plan, known)
    return plan


def _identify(
    row: Given, present: PresentFacility | None, known: Known, fresh_id: Callable[[], UUID]
) -> UUID:
    if present is not None:
        if row.id not in (None, present.id):
            raise FacilityIdTakenError
        return present.id
    if row.id in known.ids:
        raise FacilityIdTakenError
    return row.id or fresh_id()


def _institution(
    row: Given, known: Known, fresh_id: Callable[[], UUID]
) -> tuple[UUID | None, InstitutionCreate | None]:
    """Return the id of the row's institution and, when it is new, what it is."""
    if row.institution_code is None:
        return None, None
    found = known.institutions.get(row.institution_code)
    if found is not None:
        return found, None
    if row.institution_name is None or row.institution_kind is None:
        raise InstitutionUnknownError
    institution = InstitutionCreate(
        id=fresh_id(),
        code=row.institution_code,
        name=row.institution_name,
        kind=row.institution_kind,
    )
    return institution.id, institution


def _check_reach(
    row: Given,
    facility_id: UUID,
    present: PresentFacility | None,
    location: Location,
    scope: Scope,
) -> None:
    """Refuse a facility that is, or would come to lie, outside the importer's scope."""
    if present is not None:
        check_within(scope, present.facts.place(facility_id))
    wanted = Place(
        province_code=location.province_code,
        regency_code=location.regency_code,
        facility_id=facility_id,
        owner_ministry=row.owner_ministry,
    )
    check_within(scope, wanted)


def _facts(
    row: Given, present: PresentFacility | None, known: Known, found: dict[str, Any]
) -> Facts:
    """Return what the row says, and what is known where it says nothing.

    `found` are the facts that its codes lead to.
    """
    cells = {name: getattr(row, name) for name in _PLAIN} | found
    said = {name: value for name, value in cells.items() if value is not None}
    if row.trades is not None:
        said["trades"] = tuple(row.trades)
    if row.parent_code is not None:
        said["parent_id"] = _parent(row, known)
    blank: dict[str, Any] = {
        "form": None,
        "institution_id": None,
        "parent_id": None,
        "latitude": None,
        "longitude": None,
        "trades": (),
        "address": None,
    }
    return replace(present.facts, **said) if present is not None else Facts(**{**blank, **said})


def _parent(row: Given, known: Known) -> UUID:
    parent = known.facilities.get(row.parent_code or "")
    if parent is None or row.parent_code == row.code:
        raise ParentUnknownError
    return parent


def _locate(area_code: str, known: Known) -> Location:
    if area_code not in known.areas:
        raise AreaUnknownError
    return areas.locate(area_code)


def _status(row: Given, present: PresentFacility | None) -> FacilityStatus:
    if present is None:
        wanted = row.status or FacilityStatus.PLANNED
        if wanted not in _INITIAL:
            raise FacilityStatusRefusedError
        return wanted
    if row.status is None or row.status is present.status:
        return present.status
    check_status_change(present=present.status, wanted=row.status)
    booked = any(space.people is not None for space in present.spaces.values())
    if row.status is FacilityStatus.CLOSED and booked:
        raise FacilityBookedError
    return row.status


def _spaces(
    row: Given, present: PresentFacility | None, known: Known, fresh_id: Callable[[], UUID]
) -> tuple[tuple[SpaceCreate, ...], dict[UUID, SpaceCreate]]:
    """Return the row's new spaces, each with its id, and those that have another size now."""
    if len({space.name for space in row.spaces}) != len(row.spaces):
        raise SpaceNameTakenError
    there = {} if present is None else present.spaces
    added: list[SpaceCreate] = []
    resized: dict[UUID, SpaceCreate] = {}
    for space in row.spaces:
        old = there.get(space.name)
        if old is None:
            if space.id in known.ids:
                raise SpaceIdTakenError
            added.append(space.model_copy(update={"id": space.id or fresh_id()}))
        elif (space.kind, space.capacity) != (old.kind, old.capacity):
            if old.closed:
                raise SpaceClosedError
            check_capacity(space.capacity, people=old.people)
            resized[old.id] = space
    if len({space.id for space in added}) != len(added):
        raise SpaceIdTakenError
    return tuple(added), resized


def _learn(plan: Plan, known: Known) -> None:
    known.facilities[plan.code] = plan.id
    known.ids |= {plan.id, *(space.id for space in plan.spaces if space.id is not None)}
    if plan.institution is not None and plan.institution.id is not None:
        known.institutions[plan.institution.code] = plan.institution.id
