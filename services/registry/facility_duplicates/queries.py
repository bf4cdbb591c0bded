"""Reads of duplicates, each within a scope: both facilities lie in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.base import Job
from services.registry.facilities.tables import Facility
from services.registry.facility_duplicates.rules import (
    DuplicateNotFoundError,
    DuplicateState,
    Likeness,
    Site,
    site_of,
)
from services.registry.facility_duplicates.schemas import ScanDuplicates
from services.registry.facility_duplicates.tables import FacilityDuplicate
from shared.db.within import within
from shared.schemas.registry import FacilityStatus
from shared.scope import Scope

_A: Final = aliased(Facility, name="a")
_B: Final = aliased(Facility, name="b")


class Twins(NamedTuple):
    """A pair with its two facilities."""

    duplicate: FacilityDuplicate
    one: Facility
    other: Facility


@dataclass(frozen=True, slots=True)
class DuplicateFilter:
    """What a list of duplicates is narrowed to; `area` is any area code, of either of the two."""

    state: DuplicateState = DuplicateState.OPEN
    area: str | None = None


def _pairs(scope: Scope, *, write: bool = False) -> Select[FacilityDuplicate, Facility, Facility]:
    return (
        select(FacilityDuplicate, _A, _B)
        .join(_A, _A.id == FacilityDuplicate.a_id)
        .join(_B, _B.id == FacilityDuplicate.b_id)
        .where(within(scope, _A, write=write), within(scope, _B, write=write))
    )


def _stands_in(facility: type[Facility], area: str) -> ColumnElement[bool]:
    return or_(facility.area_code == area, facility.area_code.startswith(f"{area}."))


async def list_duplicates(
    session: AsyncSession,
    wanted: DuplicateFilter,
    *,
    scope: Scope,
    after: tuple[int, UUID] | None,
    limit: int,
) -> Sequence[Twins]:
    """Return up to `limit` pairs within the scope, the surest first; `after` is score and id."""
    statement = _pairs(scope).where(FacilityDuplicate.state == wanted.state)
    if wanted.area is not None:
        statement = statement.where(or_(*(_stands_in(each, wanted.area) for each in (_A, _B))))
    if after is not None:
        score, last = after
        statement = statement.where(
            FacilityDuplicate.score <= score,
            or_(FacilityDuplicate.score < score, FacilityDuplicate.id > last),
        )
    order = (FacilityDuplicate.score.desc(), FacilityDuplicate.id)
    rows = await session.execute(statement.order_by(*order).limit(limit))
    return [Twins(*row) for row in rows]


async def get_duplicate_for_change(
    session: AsyncSession, duplicate_id: UUID, *, scope: Scope
) -> Twins:
    """Return one pair that the caller may decide on, locked.

    Raises:
        DuplicateNotFoundError: when there is none of this id of which both are his.
    """
    statement = (
        _pairs(scope, write=True)
        .where(FacilityDuplicate.id == duplicate_id)
        .with_for_update(of=FacilityDuplicate)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise DuplicateNotFoundError
    return Twins(*row)


async def sites_after(session: AsyncSession, after: UUID | None, *, limit: int) -> list[Site]:
    """Return up to `limit` facilities that are not closed, in the order of their ids."""
    statement = (
        select(
            Facility.id,
            Facility.name,
            Facility.kind,
            Facility.regency_code,
            Facility.latitude,
            Facility.longitude,
        )
        .where(Facility.status != FacilityStatus.CLOSED)
        .order_by(Facility.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Facility.id > after)
    return [
        site_of(
            row.id,
            row.name,
            row.kind,
            row.regency_code,
            None
            if row.latitude is None or row.longitude is None
            else (row.latitude, row.longitude),
        )
        for row in await session.execute(statement)
    ]


# A code that many share says nothing: a placeholder, a series.
_SHARED: Final = text(
    """
    WITH stated AS (
        SELECT 'EXTERNAL_CODE' AS likeness, scheme || ':' || code AS value, facility_id
        FROM registry.facility_code
        UNION
        SELECT 'ASSET_CODE', asset_code, facility_id
        FROM registry.equipment WHERE asset_code IS NOT NULL
    ), telling AS (
        SELECT likeness, value, array_agg(facility_id ORDER BY facility_id) AS facilities
        FROM stated GROUP BY likeness, value HAVING count(*) BETWEEN 2 AND 5
    )
    SELECT DISTINCT one.id AS one, other.id AS other, likeness
    FROM telling CROSS JOIN LATERAL unnest(facilities) AS one (id)
    CROSS JOIN LATERAL unnest(facilities) AS other (id)
    WHERE one.id < other.id
    UNION
    SELECT least(facility.id, facility_code.facility_id),
        greatest(facility.id, facility_code.facility_id), 'EXTERNAL_CODE'
    FROM registry.facility_code JOIN registry.facility ON facility.code = facility_code.code
    WHERE facility.id <> facility_code.facility_id
    """
)


async def sharing_codes(session: AsyncSession) -> dict[tuple[UUID, UUID], frozenset[Likeness]]:
    """Return the pairs of facilities that have a code in common, wherever they stand."""
    found: dict[tuple[UUID, UUID], frozenset[Likeness]] = {}
    for row in await session.execute(_SHARED):
        pair = (row.one, row.other)
        found[pair] = found.get(pair, frozenset()) | {Likeness(row.likeness)}
    return found


async def count_open(session: AsyncSession) -> int:
    """Return how many pairs are to be looked at."""
    statement = (
        select(func.count())
        .select_from(FacilityDuplicate)
        .where(FacilityDuplicate.state == DuplicateState.OPEN)
    )
    return await session.scalar(statement) or 0


async def last_scan(session: AsyncSession) -> datetime | None:
    """Return when a scan was ordered last."""
    statement = select(func.max(Job.created_at)).where(Job.kind == ScanDuplicates.kind)
    return await session.scalar(statement)


def of_facility(facility_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a pair is of one facility and another one."""
    return or_(FacilityDuplicate.a_id == facility_id, FacilityDuplicate.b_id == facility_id)


def of_both(one: UUID, other: UUID) -> ColumnElement[bool]:
    """Return the condition that a pair is of two facilities."""
    first, second = sorted((one, other))
    return and_(FacilityDuplicate.a_id == first, FacilityDuplicate.b_id == second)
