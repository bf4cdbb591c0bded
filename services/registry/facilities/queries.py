"""Reads of facilities; they are nation-wide, for their facts are not personal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text as SqlText
from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.queries import like_pattern
from services.registry.facilities.rules import (
    Circle,
    FacilityClosedError,
    FacilityMergedError,
    FacilityNotFoundError,
    FacilitySort,
    sort_of,
)
from services.registry.facilities.tables import Facility, FacilityAlias
from services.registry.pages.queries import JsonPage, PageShape, read_page
from shared.db.session import Sessions
from shared.db.within import within
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """What a list of facilities is narrowed to, and sorted by.

    `area` is any area code, `q` is found in names, misspelt ones too, `code` is how codes begin.
    `external_code` is a scheme and a code in it that holds on the day `on`.
    """

    area: str | None = None
    kinds: Sequence[FacilityKind] = field(default=())
    statuses: Sequence[FacilityStatus] = field(default=())
    owners: Sequence[str] = field(default=())
    trade: str | None = None
    q: str | None = None
    code: str | None = None
    institution_id: UUID | None = None
    parent_id: UUID | None = None
    updated_after: datetime | None = None
    external_code: tuple[str, str] | None = None
    on: date | None = None
    circle: Circle | None = None
    sort: FacilitySort | None = None


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
    "updated_at",
    "closed_at",
)
_CENTER: Final = "ll_to_earth(:latitude, :longitude)"
_POINT: Final = "ll_to_earth(facility.latitude, facility.longitude)"
_DISTANCE: Final = f"CAST(round(earth_distance({_CENTER}, {_POINT})) AS integer)"
# Through the globe, in meters: the order of distances, which the index gives without a sort.
_STRAIGHT: Final = f"({_POINT} <-> {_CENTER})"
# How far a name is from the words: it begins with them, a word does, it holds them; else in
# thousandths how unlike it is, which costs 10 us a name and is not asked where it is not needed.
_UNLIKENESS: Final = """CASE
    WHEN name ILIKE :beginning THEN 0
    WHEN name ILIKE :word THEN 1
    WHEN name ILIKE :pattern THEN 2
    ELSE 3 + CAST(round((1 - word_similarity(:q, name)) * 1000) AS integer)
END"""
# Names that are only alike are looked for where fewer than this hold the words themselves: for
# `blkk` nearly all names would be compared, 50 ms at 5,000 facilities.
_ENOUGH: Final = 50
_CONDITIONS: Final = {
    "province": "province_code = :area",
    # The codes below `33.73` lie between `33.73.` and `33.73/`: a range, which the index serves.
    "area": "(area_code = :area OR (area_code >= :area || '.' AND area_code < :area || '/'))",
    "kinds": "kind = ANY (CAST(:kinds AS text[]))",
    "statuses": "status = ANY (CAST(:statuses AS text[]))",
    "trade": "trades @> ARRAY[CAST(:trade AS text)]",
    "owners": "owner_ministry = ANY (CAST(:owners AS text[]))",
    "institution_id": "institution_id = :institution_id",
    "parent_id": "parent_id = :parent_id",
    "updated_after": "updated_at > :updated_after",
    # A range as well: a pattern that is a parameter cannot use the index.
    # One that was merged does not answer to its code any more, the one that stays does.
    "code": """id IN (
        SELECT found.id FROM registry.facility AS found
        WHERE found.code >= :code_from AND found.code < :code_to
            AND NOT EXISTS (
                SELECT FROM registry.facility_alias WHERE facility_alias.alias_id = found.id
            )
        UNION ALL
        SELECT facility_alias.facility_id FROM registry.facility_alias
        WHERE alias_code >= :code_from AND alias_code < :code_to
    )""",
    "external code": """id IN (
        SELECT facility_id FROM registry.facility_code
        WHERE scheme = :scheme AND facility_code.code = :external_code
            AND valid_from <= :on AND (valid_to IS NULL OR valid_to > :on)
    )""",
    "point": "latitude IS NOT NULL",
    # The box, which the index serves, is a little larger than the circle.
    "circle": f"earth_box({_CENTER}, :meters) @> {_POINT}"
    f" AND earth_distance({_CENTER}, {_POINT}) <= :meters",
    "after code": "code > :after_code",
    "after distance": f"({_STRAIGHT}, code) > (:after_key, :after_code)",
    "after relevance": f"({_UNLIKENESS}, code) > (:after_key, :after_code)",
}
# What a page is sorted by before the code, by an expression of which the least comes first.
_SORT_KEYS: Final = {
    FacilitySort.CODE: (),
    FacilitySort.DISTANCE: (("straight", _STRAIGHT),),
    FacilitySort.RELEVANCE: (("unlikeness", _UNLIKENESS),),
}


def page_shape(conditions: Iterable[str], sort: FacilitySort, limit: int) -> PageShape:
    """Return the shape of a page of facilities narrowed by `conditions`, named as above."""
    names = sorted(conditions)
    distance = _DISTANCE if "point" in names else "CAST(NULL AS integer)"
    keys = _SORT_KEYS[sort]
    found = [_CONDITIONS[name] for name in names if name != "q"]
    if "q" in names:
        rest = [_CONDITIONS[name] for name in names if not name.startswith(("q", "after"))]
        found.append(_named(rest))
    return PageShape(
        table="registry.facility",
        members=(*((name, name) for name in _COLUMNS), ("distance_m", distance)),
        conditions=tuple(found),
        order=(*(name for name, _ in keys), "code"),
        limit=limit,
        hidden=keys,
    )


def _named(rest: Iterable[str]) -> str:
    """Return the condition that a name holds the words, or is like them where too few do."""
    return f"""(
        name ILIKE :pattern
        OR (
            SELECT count(*) FROM (
                SELECT FROM registry.facility
                WHERE {" AND ".join((*rest, "name ILIKE :pattern"))} LIMIT {_ENOUGH}
            ) AS holding
        ) < {_ENOUGH}
        AND id IN (SELECT registry.facilities_named_like(:q))
    )"""  # noqa: S608 - put together from constants only


async def page_of_facilities(
    sessions: Sessions,
    wanted: FacilityFilter,
    *,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> JsonPage:
    """Return up to `limit` facilities that follow the sort key `after`, as JSON.

    They come nearest first around a point, else the best match of a name first, else by code.

    Raises:
        FacilitySortRefusedError: when the sort that is asked for has nothing to go by.
    """
    sort = sort_of(wanted.sort, near=wanted.circle is not None, named=wanted.q is not None)
    asked = _asked(wanted) | _asked_of_point(wanted.circle)
    if wanted.q is not None and sort is FacilitySort.RELEVANCE:
        pattern = like_pattern(wanted.q)
        asked["q"] |= {"beginning": pattern[1:], "word": f"% {pattern[1:]}"}
    if after is not None:
        keys = {"after_key": after[0]} if len(after) > 1 else {}
        asked[f"after {sort}"] = {**keys, "after_code": after[-1]}
    parameters = {name: value for each in asked.values() for name, value in each.items()}
    return await read_page(sessions, page_shape(asked, sort, limit), parameters)


def _asked(wanted: FacilityFilter) -> dict[str, dict[str, Any]]:
    """Return the conditions that a filter asks for, each with its parameters."""
    lists = {
        "kinds": [kind.value for kind in wanted.kinds],
        "statuses": [status.value for status in wanted.statuses],
        "owners": list(wanted.owners),
    }
    singles = {
        "trade": wanted.trade,
        "institution_id": wanted.institution_id,
        "parent_id": wanted.parent_id,
        "updated_after": wanted.updated_after,
    }
    asked = {
        name: {name: value}
        for name, value in (lists | singles).items()
        if value is not None and value != []
    }
    return asked | _asked_of_texts(wanted)


def _asked_of_texts(wanted: FacilityFilter) -> dict[str, dict[str, Any]]:
    asked: dict[str, dict[str, Any]] = {}
    if wanted.area is not None:
        asked["area" if "." in wanted.area else "province"] = {"area": wanted.area}
    if wanted.q is not None:
        asked["q"] = {"q": wanted.q, "pattern": like_pattern(wanted.q)}
    if wanted.code is not None:
        following = wanted.code[:-1] + chr(ord(wanted.code[-1]) + 1)
        asked["code"] = {"code_from": wanted.code, "code_to": following}
    if wanted.external_code is not None:
        scheme, code = wanted.external_code
        asked["external code"] = {"scheme": scheme, "external_code": code, "on": wanted.on}
    return asked


def _asked_of_point(circle: Circle | None) -> dict[str, dict[str, Any]]:
    if circle is None:
        return {}
    point = {"latitude": circle.latitude, "longitude": circle.longitude}
    if circle.radius_km is None:
        return {"point": point}
    return {"point": point, "circle": {"meters": circle.radius_km * 1000}}


async def get_facility(
    session: AsyncSession, facility_id: UUID, *, merged: bool = False
) -> Facility:
    """Return one facility; with `merged` also one that was merged, as it was last.

    Raises:
        FacilityNotFoundError: when there is none of this id.
        FacilityMergedError: when it was merged into another one.
    """
    facility = await session.get(Facility, facility_id)
    if facility is None:
        raise FacilityNotFoundError
    if not merged:
        await check_not_merged(session, facility)
    return facility


async def stays_of(session: AsyncSession, facility: Facility) -> Facility:
    """Return the facility that stays of one that may have been merged, else itself."""
    if facility.status is not FacilityStatus.CLOSED:
        return facility
    statement = (
        select(Facility)
        .join(FacilityAlias, FacilityAlias.facility_id == Facility.id)
        .where(FacilityAlias.alias_id == facility.id)
    )
    return await session.scalar(statement) or facility


async def check_not_merged(
    session: AsyncSession, facility: Facility, *, pointer: str | None = None
) -> None:
    """Refuse a facility that was merged into another one.

    Raises:
        FacilityMergedError: naming the one that stays.
    """
    stays = await stays_of(session, facility)
    if stays is not facility:
        extra = {"stays": {"id": str(stays.id), "code": stays.code}}
        raise FacilityMergedError(pointer=pointer, extra=extra)


async def get_facility_for_change(
    session: AsyncSession, facility_id: UUID, *, scope: Scope
) -> Facility:
    """Return one facility that the caller may change, locked until the transaction ends.

    Raises:
        FacilityNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityMergedError: when it was merged into another one.
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
    await check_not_merged(session, facility)
    return facility


async def get_open_facility_for_change(
    session: AsyncSession, facility_id: UUID, *, scope: Scope
) -> Facility:
    """Return one facility that is not closed and that the caller may change, locked.

    Raises:
        FacilityNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError
    return facility


async def get_facility_within(
    session: AsyncSession, facility_id: UUID, *, scope: Scope
) -> Facility:
    """Return one facility whose persons the caller may know.

    Raises:
        FacilityNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = select(Facility, within(scope, Facility).label("admitted")).where(
        Facility.id == facility_id
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
