"""Following a figure stream by stream, a page at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.queries import present_codes
from services.reporting.base import Audit
from services.reporting.folding.queries import Cube
from services.reporting.indicators.rules import Report, parts_of_sum
from services.reporting.ledger.queries import get_fold
from services.reporting.past_figures.queries import daily_rollup
from services.reporting.questions.rules import Areas
from services.reporting.reports.queries import Asked, parts_of
from services.reporting.traces import queries, rules
from services.reporting.traces.rules import Contribution, Place
from shared.db.audit import note_reads

# What one request looks at before it answers with what it has found, and with where to go on.
_STREAMS: Final = 32
_EVENTS: Final = 20_000


# The cubes that hold the parts of a sum, each with those that it holds.
Parts: TypeAlias = Sequence[tuple[Cube, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class TracePage:
    """What was found, and where to go on; None when that is all."""

    found: Sequence[Contribution]
    following: Place | None


async def trace_figure(
    session: AsyncSession, *, report: Report, asked: Asked, after: Place | None, limit: int
) -> TracePage:
    """Return up to `limit` things that make up a figure, and note who was looked at.

    A page may be short although more follows: streams without anything of the figure count too.

    Raises:
        TraceNeedsIndicatorError: when not exactly one indicator is asked for.
        TraceNotOfferedError: when the figure's sums cannot be told apart.
        PastNotOfferedError: when they are kept without days.
    """
    name = rules.traced_sum(report, asked.question)
    asked = asked.of(report)
    parts = parts_of(frozenset(parts_of_sum(name)))
    if asked.question.areas is Areas.NOW:
        asked = replace(asked, codes=await present_codes(session))
    page = await _follow_part(session, parts, asked, after=after, limit=limit)
    people = {each.subject.ids.get("participant_id") for each in page.found}
    detail = {"report": report.code, "indicator": asked.question.indicators[0]}
    await note_reads(
        session,
        Audit,
        action="report-traced",
        subject_ids=sorted(person for person in people if person is not None),
        detail=detail,
    )
    return page


async def _follow_part(
    session: AsyncSession, parts: Parts, asked: Asked, *, after: Place | None, limit: int
) -> TracePage:
    """Follow the part of a sum in which `after` lies, and say where the next begins."""
    part = 0 if after is None else after.part
    if part >= len(parts):
        return TracePage((), None)
    cube, [name] = parts[part]
    page = await _follow(session, cube, asked, name=name, after=after, limit=limit)
    if page.following is not None:
        return replace(page, following=page.following._replace(part=part))
    following = rules.start_of(part + 1) if part + 1 < len(parts) else None
    return replace(page, following=following)


async def _follow(
    session: AsyncSession, cube: Cube, asked: Asked, *, name: str, after: Place | None, limit: int
) -> TracePage:
    fold = await get_fold(session, cube.source)
    found: list[Contribution] = []
    looked, place = 0, after
    while looked < _EVENTS:
        streams = await queries.list_streams(
            session,
            cube,
            asked.question,
            era=fold.era,
            after=place,
            limit=_STREAMS,
        )
        if not streams:
            return TracePage(found, None)
        events = await queries.list_events(
            session, cube, asked.question, era=fold.era, streams=streams
        )
        looked += len(events) + len(streams)
        told = await asyncio.to_thread(rules.subjects_of, daily_rollup(cube).fact, events)
        waiting = [each for each in told.values() if place is None or each.place > place]
        deltas = await queries.deltas(session, cube, asked, name=name, subjects=waiting)
        found += [
            Contribution(each, deltas[each.place.subject_id])
            for each in sorted(waiting, key=attrgetter("place"))
            if each.place.subject_id in deltas
        ]
        if len(found) > limit:
            return TracePage(found[:limit], found[limit - 1].subject.place)
        place = rules.end_of(streams[-1])
    return TracePage(found, place)
