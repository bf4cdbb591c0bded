"""How a list is exported: which table, which columns, by which reading rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, exists, func, inspect, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from services.registry.agreements.queries import seen_by
from services.registry.agreements.tables import (
    Agreement,
    AgreementFacility,
    AgreementParty,
    AgreementSignatory,
)
from services.registry.assignments.tables import Assignment, AssignmentPlace
from services.registry.base import Base
from services.registry.engagements.tables import Engagement, EngagementSlot
from services.registry.facilities.tables import Facility
from services.registry.facility_duplicates.tables import FacilityDuplicate
from services.registry.facility_roles.tables import FacilityInstitution
from services.registry.institutions.tables import Institution
from services.registry.instructors.tables import Instructor
from services.registry.modules.rules import ModuleState
from services.registry.modules.tables import Module
from services.registry.potential.tables import LabourDemand, LeadingCommodity, RegencyPotential
from shared.db.within import within
from shared.schemas.base import Read
from shared.scope import Permission, Scope

# Longer codes than that of a regency, 33.73, are of districts and villages.
_REGENCY: Final = 5

Seen: TypeAlias = Callable[[Scope], ColumnElement[bool]]


def everywhere(_: Scope) -> ColumnElement[bool]:
    """Admit every row: facts of the registry are read nation-wide."""
    return true()


def inside(table: type[Base]) -> Seen:
    """Admit the rows of a table that lie within the caller's scope."""
    return lambda scope: within(scope, table)


def of_agreement(agreement_id: InstrumentedAttribute[UUID]) -> Seen:
    """Admit what belongs to agreements that the caller may read."""
    return lambda scope: agreement_id.in_(select(Agreement.id).where(seen_by(scope)))


def of_own_agreement(scope: Scope) -> ColumnElement[bool]:
    """Admit who signs for agreements of the caller's ministries."""
    own = select(Agreement.id).where(within(scope, Agreement))
    return AgreementSignatory.agreement_id.in_(own)


def of_instructor(instructor_id: InstrumentedAttribute[UUID]) -> Seen:
    """Admit what belongs to instructors within the caller's scope."""
    return lambda scope: instructor_id.in_(select(Instructor.id).where(within(scope, Instructor)))


def of_modules(scope: Scope) -> ColumnElement[bool]:
    """Admit modules that are published, and the drafts of the caller's ministries."""
    return or_(Module.state != ModuleState.DRAFT, within(scope, Module))


def of_assignments(scope: Scope) -> ColumnElement[bool]:
    """Admit assignments that reach into the caller's scope."""
    place = exists().where(
        AssignmentPlace.assignment_id == Assignment.id, within(scope, AssignmentPlace)
    )
    return true() if scope.national else place


def of_duplicates(scope: Scope) -> ColumnElement[bool]:
    """Admit pairs of which both facilities lie within the caller's scope."""
    own = select(Facility.id).where(within(scope, Facility))
    return and_(FacilityDuplicate.a_id.in_(own), FacilityDuplicate.b_id.in_(own))


@dataclass(frozen=True, slots=True)
class ExportList:
    """A list as it is exported: the columns of `table` that `read` shows in its own list.

    `lists` are the routes whose rows these are; whoever may call them may export. `seen` is their
    reading rule, `only` what of the table they hold. `more` are columns that come from elsewhere,
    `besides` columns of the table that the list shows in another shape, `without` what the list
    tells not everybody. The reading of a list of persons is noted as `audited`.
    """

    table: type[Base]
    read: type[Read]
    lists: tuple[str, ...]
    permission: Permission = Permission.REGISTRY_READ
    seen: Seen = everywhere
    only: ColumnElement[bool] = field(default_factory=true)
    more: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    besides: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    audited: str | None = None

    @property
    def facility(self) -> ColumnElement[Any] | None:
        """The column that names the facility of a row, whose point the row takes."""
        renamed = getattr(self.table, "__scope_columns__", {})
        return self._column(renamed.get("facility_id", "facility_id"))

    @property
    def filters(self) -> tuple[str, ...]:
        """The filters that the table has columns for."""
        has = {
            "area": self.facility is not None or self._column("province_code") is not None,
            "facility_id": self.facility is not None,
            "kind": self._column("kind") is not None,
            "status": self._status is not None,
            "updated_after": self._column("updated_at") is not None,
        }
        return tuple(name for name, there in has.items() if there)

    @property
    def _status(self) -> ColumnElement[Any] | None:
        found = self._column("status")
        return self._column("state") if found is None else found

    def _column(self, name: str) -> ColumnElement[Any] | None:
        known = inspect(self.table).column_attrs
        return cast("ColumnElement[Any]", getattr(self.table, name)) if name in known else None

    def columns(self) -> dict[str, ColumnElement[Any]]:
        """Return the columns of the export by their names, and the facility's code and name."""
        found: dict[str, ColumnElement[Any]] = {}
        for name, member in self.read.model_fields.items():
            column = self.more.get(name, self._column(str(member.validation_alias or name)))
            if column is not None and name not in self.without:
                found[name] = column
        for name in (*self.besides, "province_code", "regency_code"):
            column = self._column(name)
            if column is not None:
                found.setdefault(name, column)
        found |= {name: column for name, column in self.more.items() if name not in found}
        if self.facility is not None and self.table is not Facility:
            found["facility_code"] = cast("ColumnElement[Any]", Facility.code)
            found["facility_name"] = cast("ColumnElement[Any]", Facility.name)
        return found

    def narrowed(self, name: str, value: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a filter's own type
        """Return the condition of one of its filters."""
        if name == "area":
            return self._in_area(value)
        columns = {
            "facility_id": self.facility,
            "kind": self._column("kind"),
            "status": self._status,
            "updated_after": self._column("updated_at"),
        }
        column = columns[name]
        if column is None:
            raise KeyError(name)
        if name == "updated_after":
            later: ColumnElement[bool] = column > value
            return later
        # As text: a word that the enum does not have finds nothing.
        return column == value if isinstance(value, UUID) else column.cast(Text) == value

    def _in_area(self, area: str) -> ColumnElement[bool]:
        owner = Facility if self._column("province_code") is None else self.table
        level = "province_code" if "." not in area else "regency_code"
        below = Facility.area_code if self.facility is not None else self._column("area_code")
        if len(area) > _REGENCY and below is not None:
            return or_(below == area, below.like(f"{area}.%"))
        found: ColumnElement[bool] = getattr(owner, level) == area
        return found


def _array(of: Select[Any]) -> ColumnElement[Any]:
    return func.array(of.scalar_subquery(), type_=ARRAY(Text()))


def _period(during: InstrumentedAttribute[Any]) -> dict[str, ColumnElement[Any]]:
    return {"starts_at": func.lower(during), "ends_at": func.upper(during)}


def _of_class(column: InstrumentedAttribute[UUID]) -> ColumnElement[Any]:
    of = select(column).where(Engagement.class_id == EngagementSlot.class_id)
    return of.correlate(EngagementSlot).scalar_subquery()


_SIDE = (
    select(func.coalesce(AgreementParty.ministry, Institution.code))
    .select_from(AgreementParty)
    .outerjoin(Institution, Institution.id == AgreementParty.institution_id)
    .where(AgreementParty.agreement_id == Agreement.id)
    .order_by(AgreementParty.position)
    .correlate(Agreement)
)
_COVERED = (
    select(func.count(AgreementFacility.facility_id.distinct()))
    .where(AgreementFacility.agreement_id == Agreement.id)
    .correlate(Agreement)
    .scalar_subquery()
)
_COMMODITIES = (
    select(LeadingCommodity.name)
    .where(
        LeadingCommodity.regency_code == RegencyPotential.regency_code,
        LeadingCommodity.year == RegencyPotential.year,
    )
    .order_by(LeadingCommodity.rank)
    .correlate(RegencyPotential)
)
_DEMAND = (
    select(func.concat(LabourDemand.trade, ":", LabourDemand.people))
    .where(
        LabourDemand.regency_code == RegencyPotential.regency_code,
        LabourDemand.year == RegencyPotential.year,
    )
    .order_by(LabourDemand.trade, LabourDemand.division)
    .correlate(RegencyPotential)
)
_INSTITUTION = (
    select(Institution.name)
    .where(Institution.id == FacilityInstitution.institution_id)
    .correlate(FacilityInstitution)
    .scalar_subquery()
)
# Columns that lists show but that stand elsewhere than in the list's own table.
AGREEMENT_MORE: Final[Mapping[str, ColumnElement[Any]]] = {
    "parties": _array(_SIDE),
    "facilities": _COVERED,
    "state": Agreement.state.expression,
}
POTENTIAL_MORE: Final = {"commodities": _array(_COMMODITIES), "demands": _array(_DEMAND)}
ROLE_MORE: Final = {"institution_name": _INSTITUTION}
ENGAGEMENT_MORE: Final = {
    **_period(EngagementSlot.during),
    "facility_id": _of_class(Engagement.facility_id),
    "module_id": _of_class(Engagement.module_id),
}
