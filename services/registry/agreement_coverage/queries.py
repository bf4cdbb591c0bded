"""Reads of what agreements cover."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, any_, exists, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_coverage.schemas import CoverageRead
from services.registry.agreements.queries import holds
from services.registry.agreements.tables import Agreement, AgreementFacility
from services.registry.facilities.tables import Facility
from shared.db.within import within
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Scope


def _covers_on(day: date) -> ColumnElement[bool]:
    return and_(
        AgreementFacility.valid_from <= day,
        or_(AgreementFacility.valid_to.is_(None), AgreementFacility.valid_to >= day),
    )


async def list_coverage(
    session: AsyncSession,
    agreement_id: UUID,
    *,
    on: date | None,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> list[CoverageRead]:
    """Return up to `limit` facilities that an agreement covers, ever or on a day.

    `after` is the sort key, facility and first day, that they come after.
    """
    order = (AgreementFacility.facility_id, AgreementFacility.valid_from)
    statement = (
        select(AgreementFacility, Facility.code, Facility.name)
        .join(Facility, Facility.id == AgreementFacility.facility_id)
        .where(AgreementFacility.agreement_id == agreement_id)
        .order_by(*order)
        .limit(limit)
    )
    if on is not None:
        statement = statement.where(_covers_on(on))
    if after is not None:
        start = tuple_(literal(UUID(str(after[0]))), literal(date.fromisoformat(str(after[1]))))
        statement = statement.where(tuple_(*order) > start)
    return [
        CoverageRead(
            facility_id=row.AgreementFacility.facility_id,
            facility_code=row.code,
            facility_name=row.name,
            valid_from=row.AgreementFacility.valid_from,
            valid_to=row.AgreementFacility.valid_to,
        )
        for row in (await session.execute(statement)).all()
    ]


async def coverage_of(
    session: AsyncSession, agreement_id: UUID, facility_ids: Iterable[UUID]
) -> Sequence[AgreementFacility]:
    """Return all coverage of some facilities by an agreement, the latest first, locked."""
    wanted = literal(sorted(set(facility_ids)), ARRAY(Uuid()))
    statement = (
        select(AgreementFacility)
        .where(
            AgreementFacility.agreement_id == agreement_id,
            AgreementFacility.facility_id == any_(wanted),
        )
        .order_by(AgreementFacility.facility_id, AgreementFacility.valid_from.desc())
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


@dataclass(frozen=True, slots=True)
class UncoveredFilter:
    """What a list of uncovered facilities is narrowed to; `area` is any area code."""

    on: date
    kind: FacilityKind | None = None
    area: str | None = None


async def list_uncovered(
    session: AsyncSession,
    wanted: UncoveredFilter,
    *,
    scope: Scope,
    after: str | None,
    limit: int,
) -> Sequence[Facility]:
    """Return up to `limit` facilities within a scope that no agreement covers on a day, by code.

    A closed facility needs none.
    """
    covered = (
        exists()
        .where(
            AgreementFacility.facility_id == Facility.id,
            Agreement.id == AgreementFacility.agreement_id,
            _covers_on(wanted.on),
            holds(wanted.on),
        )
        .correlate(Facility)
    )
    statement = (
        select(Facility)
        .where(within(scope, Facility), Facility.status != FacilityStatus.CLOSED, ~covered)
        .order_by(Facility.code)
        .limit(limit)
    )
    if wanted.kind is not None:
        statement = statement.where(Facility.kind == wanted.kind)
    if wanted.area is not None:
        statement = statement.where(_in_area(wanted.area))
    if after is not None:
        statement = statement.where(Facility.code > after)
    return (await session.scalars(statement)).all()


def _in_area(area: str) -> ColumnElement[bool]:
    if "." not in area:
        return Facility.province_code == area
    # The codes below `33.73` lie between `33.73.` and `33.73/`: a range, which the index serves.
    below = and_(Facility.area_code >= f"{area}.", Facility.area_code < f"{area}/")
    return or_(Facility.area_code == area, below)
