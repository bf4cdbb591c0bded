"""Telling what figures count of places, within the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.tables import Agreement
from services.registry.base import Event, Job
from services.registry.facilities.tables import Facility
from services.registry.place_figures import queries, rules
from services.registry.place_figures.rules import Asked, Moment, Told
from services.registry.place_figures.schemas import TellFigures
from services.registry.place_figures.tables import ToldFigures
from shared.db.events import Draft, emit_all
from shared.db.jobs import add_job
from shared.db.within import place_of
from shared.schemas.base import Message
from shared.schemas.registry import Hours, HoursMoved, Standing, StandingMoved, Topic
from shared.scope import Place

# Facilities or agreements that are told of in one statement.
CHUNK: Final = 100


async def tell(session: AsyncSession, asked: Asked, *, moment: Moment) -> None:
    """Tell the figures of whatever was asked for, where they differ from what was told."""
    covered = await queries.covered_by(session, asked.covered_by) if asked.covered_by else set()
    for ids in _chunks(asked.standings | covered):
        await tell_standings(session, ids, moment=moment)
    acting = await queries.acting_at(session, asked.acting_at) if asked.acting_at else set()
    for ids in _chunks(asked.agreements | acting):
        await tell_agreements(session, ids, moment=moment)
    for ids in _chunks(asked.hours):
        months = rules.months_told(moment.today)
        await tell_hours(session, ids, months=months, moment=moment)
    named = rules.months_of(asked.days)
    for ids in _chunks(asked.booked if named else ()):
        await tell_hours(session, ids, months=named, moment=moment)
    if asked.everywhere:
        await add_job(session, Job, kind=TellFigures.kind, payload=TellFigures())


def _chunks(ids: Iterable[UUID]) -> Iterable[Sequence[UUID]]:
    listed = sorted(ids)
    return (listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK))


async def tell_standings(session: AsyncSession, ids: Sequence[UUID], *, moment: Moment) -> None:
    """Tell what stands of facilities."""
    told = await _lock(session, Told.STANDING, ids)
    true = await queries.standings_of(session, ids, today=moment.today)
    places = await _places(session, Facility, ids)
    await _tell_standings(session, told, true, places, moment=moment)


async def tell_agreements(session: AsyncSession, ids: Sequence[UUID], *, moment: Moment) -> None:
    """Tell what stands of agreements and of their actions."""
    told = await _lock(session, Told.STANDING, ids)
    true = await queries.standings_of_agreements(session, ids, today=moment.today)
    places = await _places(session, Agreement, ids)
    await _tell_standings(session, told, true, places, moment=moment)


async def tell_hours(
    session: AsyncSession, ids: Sequence[UUID], *, months: Sequence[date], moment: Moment
) -> None:
    """Tell the hours of facilities in some months."""
    told = await _lock(session, Told.HOURS, ids)
    true = await queries.hours_of_facilities(session, ids, months=months)
    places = await _places(session, Facility, ids)
    drafts = []
    for row in told:
        known = [Hours.model_validate(each) for each in row.figures]
        found = rules.with_months(known, true.get(row.subject_id, []), months)
        before, after = rules.difference(known, found)
        if before or after:
            event = HoursMoved(facility_id=row.subject_id, before=before, after=after)
            _keep(row, found)
            drafts.append(_draft(Topic.HOURS_MOVED, row, event, places, moment=moment))
    await _emit(session, drafts)


async def _tell_standings(
    session: AsyncSession,
    told: Sequence[ToldFigures],
    true: Mapping[UUID, list[Standing]],
    places: Mapping[UUID, Place],
    *,
    moment: Moment,
) -> None:
    drafts = []
    for row in told:
        known = [Standing.model_validate(each) for each in row.figures]
        found = true.get(row.subject_id, [])
        before, after = rules.difference(known, found)
        if before or after:
            event = StandingMoved(subject_id=row.subject_id, before=before, after=after)
            _keep(row, found)
            drafts.append(_draft(Topic.STANDING_MOVED, row, event, places, moment=moment))
    await _emit(session, drafts)


async def _emit(session: AsyncSession, drafts: list[Draft]) -> None:
    if drafts:
        await session.flush()
        await emit_all(session, Event, drafts)


def _keep(row: ToldFigures, figures: Iterable[BaseModel]) -> None:
    row.figures = [each.model_dump(mode="json") for each in figures]
    row.version += 1


def _draft(
    topic: Topic, row: ToldFigures, event: Message, places: Mapping[UUID, Place], *, moment: Moment
) -> Draft:
    return Draft(
        topic=topic,
        stream_id=row.subject_id,
        event=event,
        place=places.get(row.subject_id, Place()),
        occurred_at=moment.now,
        version=row.version,
    )


async def _lock(session: AsyncSession, told: Told, ids: Sequence[UUID]) -> Sequence[ToldFigures]:
    """Return what was told of each of `ids`, locked: it is told by one at a time."""
    rows: list[dict[str, Any]] = [
        {"told": told, "subject_id": each, "figures": [], "version": 0} for each in ids
    ]
    await session.execute(insert(ToldFigures).on_conflict_do_nothing(), rows)
    wanted = literal(list(ids), ARRAY(Uuid()))
    statement = (
        select(ToldFigures)
        .where(ToldFigures.told == told, ToldFigures.subject_id == any_(wanted))
        .order_by(ToldFigures.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def _places(
    session: AsyncSession, table: type[Facility] | type[Agreement], ids: Sequence[UUID]
) -> dict[UUID, Place]:
    wanted = literal(list(ids), ARRAY(Uuid()))
    rows: Any = await session.scalars(select(table).where(table.id == any_(wanted)))
    return {row.id: place_of(row) for row in rows}


async def tell_facilities_after(
    session: AsyncSession, after: UUID | None, *, moment: Moment
) -> UUID | None:
    """Tell the figures of the facilities that follow one; return the last, None after all."""
    ids = await queries.facilities_after(session, after, limit=CHUNK)
    if not ids:
        return None
    await tell_standings(session, ids, moment=moment)
    await tell_hours(session, ids, months=rules.months_told(moment.today), moment=moment)
    return ids[-1]


async def tell_agreements_after(
    session: AsyncSession, after: UUID | None, *, moment: Moment
) -> UUID | None:
    """Tell the figures of the agreements that follow one; return the last, None after all."""
    ids = await queries.agreements_after(session, after, limit=CHUNK)
    if not ids:
        return None
    await tell_agreements(session, ids, moment=moment)
    return ids[-1]
