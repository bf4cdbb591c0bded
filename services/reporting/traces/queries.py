"""Reads of the ledger stream by stream, and what each thing in it adds to a figure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, any_, cast, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.class_facts.tables import ClassNow
from services.reporting.folding.queries import Cube
from services.reporting.folding.rules import Recorded, Source
from services.reporting.folding.tables import Fold
from services.reporting.ledger.queries import list_entries, table_of
from services.reporting.ledger.tables import RELOCATED, Entry
from services.reporting.past_figures.queries import daily_rollup, rows_as_table, stand_in
from services.reporting.questions.rules import Question
from services.reporting.reports.queries import Asked, conditions_of
from services.reporting.traces.rules import (
    OF_CLASSES,
    Place,
    Subject,
    TraceNotOfferedError,
    classes_chosen,
    days_of,
)

_RECORDED: Final = tuple(getattr(Entry, name) for name in Recorded._fields)


async def list_streams(
    session: AsyncSession,
    cube: Cube,
    question: Question,
    *,
    era: int,
    after: Place | None,
    limit: int,
) -> Sequence[UUID]:
    """Return the next streams, ascending, that may tell something of what is asked for."""
    if cube.code in OF_CLASSES:
        return await _list_classes(session, question, after=after, limit=limit)
    statement = (
        select(Entry.stream_id)
        .where(Entry.source == cube.source, Entry.era == era)
        .distinct()
        .order_by(Entry.stream_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(_follows(Entry.stream_id, after))
    return (await session.scalars(statement)).all()


def _follows(stream_id: Any, after: Place) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    last = after.stream_id
    follows: ColumnElement[bool] = stream_id > last if after.ends_stream else stream_id >= last
    return follows


async def _list_classes(
    session: AsyncSession, question: Question, *, after: Place | None, limit: int
) -> Sequence[UUID]:
    """Return classes that are, or before they were moved may have been, among those chosen."""
    generation = select(Fold.generation).where(Fold.source == Source.ENROLLMENT)
    statement = (
        select(ClassNow.class_id)
        .where(ClassNow.generation == generation.scalar_subquery())
        .order_by(ClassNow.class_id)
        .limit(limit)
    )
    chosen: list[ColumnElement[bool]] = [
        cast(getattr(ClassNow, member), Text()) == any_(literal(list(values), ARRAY(Text())))
        for member, values in classes_chosen(question)
    ]
    if chosen:
        moved = select(Entry.stream_id).where(Entry.topic == RELOCATED)
        for condition in chosen:
            statement = statement.where(or_(condition, ClassNow.class_id.in_(moved)))
    if after is not None:
        statement = statement.where(_follows(ClassNow.class_id, after))
    return (await session.scalars(statement)).all()


async def list_events(
    session: AsyncSession, cube: Cube, question: Question, *, era: int, streams: Collection[UUID]
) -> Sequence[Recorded]:
    """Return the events of some streams that were known, and recorded on the days, asked for."""
    statement = (
        select(Entry.seq, *_RECORDED)
        .where(
            Entry.source == cube.source,
            Entry.era == era,
            Entry.stream_id == any_(literal(list(streams), ARRAY(Uuid()))),
        )
        .order_by(Entry.stream_id, Entry.seq)
    )
    if question.as_of is not None:
        statement = statement.where(Entry.recorded_at <= question.as_of.at)
    first, last = days_of(question)
    if first is not None:
        statement = statement.where(Entry.day >= first)
    if last is not None:
        statement = statement.where(Entry.day <= last)
    _, events = await list_entries(session, statement)
    return events


async def deltas(
    session: AsyncSession, cube: Cube, asked: Asked, *, name: str, subjects: Collection[Subject]
) -> Mapping[UUID, int]:
    """Return what each of `subjects` adds to the sum `name`; who adds nothing is left out.

    The rows of each stand in for the cube, under its id instead of a cell's.

    Raises:
        TraceNotOfferedError: when the cube's sums cannot be told apart.
    """
    rollup = daily_rollup(cube)
    names = ("cell", "day", *rollup.members, *rollup.measures)
    rows = [(subject.place.subject_id, *row) for subject in subjects for row in subject.rows]
    told = rows_as_table(table_of(rollup), names, rows)
    live: Any = stand_in(cube, kept=None, rows=told, moment=asked.question.as_of)
    if not hasattr(live, "cell"):
        raise TraceNotOfferedError
    total = cube.measures(live, asked.now)[name]
    statement = (
        select(live.cell, total.label("delta"))
        .where(*conditions_of(cube, live, asked))
        .group_by(live.cell)
        .having(total != 0)
    )
    return {row.cell: row.delta for row in (await session.execute(statement)).all()}
