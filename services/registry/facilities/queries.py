"""Reads of facilities; they are nation-wide, for their facts are not personal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Uuid,
    and_,
    any_,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    tuple_,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.queries import named_like
from services.registry.facilities.rules import Circle, FacilityNotFoundError
from services.registry.facilities.tables import Facility
from shared.db.within import within
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """What a list of facilities is narrowed to; `area` is any area code, `q` is found in names."""

    area: str | None = None
    kinds: Sequence[FacilityKind] = field(default=())
    statuses: Sequence[FacilityStatus] = field(default=())
    trade: str | None = None
    q: str | None = None
    circle: Circle | None = None


@dataclass(frozen=True, slots=True)
class FacilityPage:
    """A page as JSON, ready to be sent; `last` is the sort key of its last row when more follow."""

    items: str
    last: Sequence[str | int | None] | None


def _in_area(area: str) -> ColumnElement[bool]:
    # The codes below `33.73` lie between `33.73.` and `33.73/`: a range, which the index serves.
    column = Facility.area_code
    if area.count(".") == 0:
        return Facility.province_code == area
    return (column == area) | ((column >= f"{area}.") & (column < f"{area}/"))


def _around(circle: Circle) -> ColumnElement[bool]:
    center = func.ll_to_earth(circle.latitude, circle.longitude)
    point = func.ll_to_earth(Facility.latitude, Facility.longitude)
    meters = circle.radius_km * 1000
    # The box, which the index serves, is a little larger than the circle.
    return and_(
        func.earth_box(center, meters).op("@>", is_comparison=True)(point),
        func.earth_distance(center, point) <= meters,
    )


def _distance(circle: Circle | None) -> ColumnElement[Any]:
    if circle is None:
        return cast(null(), Integer)
    point = func.ll_to_earth(Facility.latitude, Facility.longitude)
    center = func.ll_to_earth(circle.latitude, circle.longitude)
    return cast(func.round(func.earth_distance(center, point)), Integer)


def _wanted(wanted: FacilityFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.area is not None:
        conditions.append(_in_area(wanted.area))
    if wanted.kinds:
        conditions.append(Facility.kind.in_(wanted.kinds))
    if wanted.statuses:
        conditions.append(Facility.status.in_(wanted.statuses))
    if wanted.trade is not None:
        conditions.append(Facility.trades.contains([wanted.trade]))
    if wanted.q is not None:
        conditions.append(named_like(Facility.name, wanted.q))
    if wanted.circle is not None:
        conditions.append(_around(wanted.circle))
    return conditions


_COLUMNS: Final = (
    "id",
    "code",
    "name",
    "kind",
    "form",
    "institution_id",
    "parent_id",
    "owner_ministry",
    "area_code",
    "province_code",
    "regency_code",
    "time_zone",
    "latitude",
    "longitude",
    "status",
    "trades",
    "address",
    "synthetic",
    "version",
    "created_at",
    "closed_at",
)


def facilities_as_json(
    wanted: FacilityFilter, *, after: Sequence[str | int | float | None] | None, limit: int
) -> Select[*tuple[Any, ...]]:
    """Return the statement that builds a page as JSON in PostgreSQL, at half the cost of rows.

    One row: the items in order (without ORDER BY inside the aggregate it was lost), how many rows
    were found up to `limit` + 1, and code and distance of the last item. Facilities come in the
    order of their codes, around a point the nearest first.
    """
    distance = _distance(wanted.circle)
    order = (Facility.code,) if wanted.circle is None else (distance, Facility.code)
    statement = (
        select(
            *(getattr(Facility, name) for name in _COLUMNS),
            distance.label("distance_m"),
            func.row_number().over(order_by=order).label("place"),
        )
        .where(*_wanted(wanted))
        .order_by(*order)
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*after))
    page = statement.subquery("page")
    members = (
        part
        for name in (*_COLUMNS, "distance_m")
        for part in (literal_column(f"'{name}'"), page.c[name])
    )
    items = func.json_agg(aggregate_order_by(func.json_build_object(*members), page.c.place))
    answer: Select[*tuple[Any, ...]] = select(
        cast(items.filter(page.c.place <= limit), SqlText).label("items"),
        func.count().label("found"),
        func.max(page.c.code).filter(page.c.place == limit).label("code"),
        func.max(page.c.distance_m).filter(page.c.place == limit).label("distance_m"),
    )
    return answer


async def page_of_facilities(
    session: AsyncSession,
    wanted: FacilityFilter,
    *,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> FacilityPage:
    """Return up to `limit` facilities that follow the sort key `after`, as JSON."""
    statement = facilities_as_json(wanted, after=after, limit=limit)
    row = (await session.execute(statement)).one()
    last = [row.code] if wanted.circle is None else [row.distance_m, row.code]
    return FacilityPage(row.items or "[]", last if row.found > limit else None)


async def get_facility(session: AsyncSession, facility_id: UUID) -> Facility:
    """Return one facility.

    Raises:
        FacilityNotFoundError: when there is none of this id.
    """
    facility = await session.get(Facility, facility_id)
    if facility is None:
        raise FacilityNotFoundError
    return facility


async def get_facility_for_change(
    session: AsyncSession, facility_id: UUID, *, scope: Scope
) -> Facility:
    """Return one facility that the caller may change, locked until the transaction ends.

    Raises:
        FacilityNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = (
        select(Facility, within(scope, Facility, write=True).label("admitted"))
        .where(Facility.id == facility_id)
        .with_for_update()
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise FacilityNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    facility: Facility = row.Facility
    return facility


async def facilities_by_code(
    session: AsyncSession, codes: Iterable[str], *, for_update: bool = False
) -> dict[str, Facility]:
    """Return the facilities that have one of `codes`, locked in key order if they may change."""
    wanted = literal(sorted(set(codes)), ARRAY(SqlText()))
    statement = select(Facility).where(Facility.code == any_(wanted)).order_by(Facility.code)
    if for_update:
        statement = statement.with_for_update()
    return {facility.code: facility for facility in (await session.scalars(statement)).all()}


async def known_ids(session: AsyncSession, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of `ids` that are facilities, closed ones included."""
    wanted = literal(list(ids), ARRAY(Uuid()))
    return set(
        (await session.scalars(select(Facility.id).where(Facility.id == any_(wanted)))).all()
    )
