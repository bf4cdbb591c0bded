"""Reads of facilities; they are nation-wide, for their facts are not personal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text as SqlText
from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.queries import like_pattern
from services.registry.facilities.rules import Circle, FacilityNotFoundError
from services.registry.facilities.tables import Facility
from services.registry.pages.queries import JsonPage, PageShape, read_page
from shared.db.session import Sessions
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
_CENTER: Final = "ll_to_earth(:latitude, :longitude)"
_POINT: Final = "ll_to_earth(facility.latitude, facility.longitude)"
_DISTANCE: Final = f"CAST(round(earth_distance({_CENTER}, {_POINT})) AS integer)"
_CONDITIONS: Final = {
    "province": "province_code = :area",
    # The codes below `33.73` lie between `33.73.` and `33.73/`: a range, which the index serves.
    "area": "(area_code = :area OR (area_code >= :area || '.' AND area_code < :area || '/'))",
    "kinds": "kind = ANY (CAST(:kinds AS text[]))",
    "statuses": "status = ANY (CAST(:statuses AS text[]))",
    "trade": "trades @> ARRAY[CAST(:trade AS text)]",
    "q": "(name ILIKE :pattern OR name %> :q)",
    # The box, which the index serves, is a little larger than the circle.
    "circle": f"earth_box({_CENTER}, :meters) @> {_POINT}"
    f" AND earth_distance({_CENTER}, {_POINT}) <= :meters",
    "after": "code > :code",
    "after near": f"({_DISTANCE}, code) > (:distance_m, :code)",
}


def _asked(
    wanted: FacilityFilter, after: Sequence[str | int | float | None] | None
) -> dict[str, dict[str, Any]]:
    """Return the conditions that a filter asks for, each with its parameters."""
    asked = _asked_of_position(wanted.circle, after)
    if wanted.area is not None:
        asked["area" if "." in wanted.area else "province"] = {"area": wanted.area}
    if wanted.kinds:
        asked["kinds"] = {"kinds": [kind.value for kind in wanted.kinds]}
    if wanted.statuses:
        asked["statuses"] = {"statuses": [status.value for status in wanted.statuses]}
    if wanted.trade is not None:
        asked["trade"] = {"trade": wanted.trade}
    if wanted.q is not None:
        asked["q"] = {"q": wanted.q, "pattern": like_pattern(wanted.q)}
    return asked


def _asked_of_position(
    circle: Circle | None, after: Sequence[str | int | float | None] | None
) -> dict[str, dict[str, Any]]:
    if circle is None:
        return {} if after is None else {"after": {"code": after[0]}}
    point = {"latitude": circle.latitude, "longitude": circle.longitude}
    asked: dict[str, dict[str, Any]] = {"circle": {**point, "meters": circle.radius_km * 1000}}
    if after is not None:
        asked["after near"] = {"distance_m": after[0], "code": after[1]}
    return asked


def page_shape(conditions: Iterable[str], limit: int) -> PageShape:
    """Return the shape of a page of facilities narrowed by `conditions`, named as above.

    Facilities come in the order of their codes, around a point the nearest first.
    """
    names = sorted(conditions)
    near = "circle" in names
    distance = _DISTANCE if near else "CAST(NULL AS integer)"
    return PageShape(
        table="registry.facility",
        members=(*((name, name) for name in _COLUMNS), ("distance_m", distance)),
        conditions=tuple(_CONDITIONS[name] for name in names),
        order=("distance_m", "code") if near else ("code",),
        limit=limit,
    )


async def page_of_facilities(
    sessions: Sessions,
    wanted: FacilityFilter,
    *,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> JsonPage:
    """Return up to `limit` facilities that follow the sort key `after`, as JSON."""
    asked = _asked(wanted, after)
    parameters = {name: value for each in asked.values() for name, value in each.items()}
    return await read_page(sessions, page_shape(asked, limit), parameters)


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
