"""Reads of scorecards: the reports' own sums, of one page of centres at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.facility_facts.tables import LiveFacilityAlias, LiveFacilityNow
from services.reporting.indicators.rules import Dimension
from services.reporting.questions.rules import Question
from services.reporting.reports import rules as reports
from services.reporting.reports.queries import Asked, allow_long_read, read_sums
from services.reporting.scorecards.rules import PARTS, FacilityUnknownError
from shared.db.within import within
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Scope

# By part and indicator, a row as reports have it.
Rows = dict[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which centres are asked for."""

    province: str | None = None
    regency: str | None = None
    kind: FacilityKind | None = None
    ministry: str | None = None
    status: FacilityStatus | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, when, of which horizon; `guarded`: who may not see the people themselves."""

    scope: Scope
    now: datetime
    horizon: int
    guarded: bool


def _centres(scope: Scope) -> Select[LiveFacilityNow]:
    merged = select(LiveFacilityAlias.alias_id)
    return select(LiveFacilityNow).where(
        within(scope, LiveFacilityNow), LiveFacilityNow.facility_id.not_in(merged)
    )


async def list_centres(
    session: AsyncSession, wanted: Wanted, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[LiveFacilityNow]:
    """Return centres by id; closed ones only when they are asked for."""
    live = LiveFacilityNow
    statement = _centres(scope).order_by(live.facility_id).limit(limit)
    if wanted.status is None:
        statement = statement.where(live.status != FacilityStatus.CLOSED)
    named = {
        live.status: wanted.status,
        live.province_code: wanted.province,
        live.regency_code: wanted.regency,
        live.facility_kind: wanted.kind,
        live.owner_ministry: wanted.ministry,
    }
    conditions = [column == value for column, value in named.items() if value is not None]
    if after is not None:
        conditions.append(live.facility_id > after)
    return (await session.scalars(statement.where(*conditions))).all()


async def get_centre(session: AsyncSession, facility_id: UUID, *, scope: Scope) -> LiveFacilityNow:
    """Return a centre.

    Raises:
        FacilityUnknownError: when there is none within the scope.
    """
    statement = _centres(scope).where(LiveFacilityNow.facility_id == facility_id)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise FacilityUnknownError
    return found


async def read_cards(
    session: AsyncSession, facilities: Sequence[UUID], reading: Reading
) -> dict[UUID, Rows]:
    """Return the figures of some centres, each with all of them."""
    ids = tuple(sorted(str(each) for each in facilities))
    found = await _read(session, Dimension.FACILITY, ids, reading)
    return {UUID(facility_id): rows for facility_id, rows in found.items()}


async def read_kind(session: AsyncSession, kind: FacilityKind, reading: Reading) -> Rows:
    """Return the figures of all centres of a kind that the reader may see."""
    if reading.scope.national:
        await allow_long_read(session)
    found = await _read(session, Dimension.FACILITY_KIND, (kind.value,), reading)
    return found[kind.value]


async def _read(
    session: AsyncSession, by: Dimension, values: tuple[str, ...], reading: Reading
) -> dict[str, Rows]:
    cards: dict[str, Rows] = {value: {} for value in values}
    for part in PARTS:
        question = Question(
            by=(by,),
            chosen=((by, values),),
            horizons=(reading.horizon,),
            indicators=part.indicators,
        )
        sums = await read_sums(session, part.report, Asked(question, reading.scope, reading.now))
        horizon = (reading.horizon,) if part.report.by_horizon else ()
        every = {(value, *horizon): sums.get((value, *horizon), {}) for value in values}
        rows = reports.rows_of(part.report, question, every)
        if reading.guarded and reports.is_guarded(part.report, question):
            rows = reports.withhold_small(rows, reports.impersonal(part.report))
        for row in rows:
            cards[row["dims"][by]][part.code, row["dims"]["indicator"]] = row
    return cards
