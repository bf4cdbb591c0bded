"""The rebuild: fold the ledger anew beside the live figures, compare, perhaps swap."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.reporting.alarms.operations import raise_alarm
from services.reporting.alarms.rules import NAMED_CELLS, Finding
from services.reporting.folding.rules import Folded, Keeping, Recorded, Rollup, Source
from services.reporting.ledger import queries as ledger_queries
from services.reporting.ledger import rules as ledger
from services.reporting.ledger.operations import Addition, add_rows, additions, keep_names
from services.reporting.rebuilds import operations, queries, rules
from services.reporting.rebuilds.operations import Shadow
from services.reporting.rebuilds.queries import Comparison
from services.reporting.rebuilds.schemas import RebuildOrder, SweepOrder
from shared.clock import JAKARTA, utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext

# What is read at a time, after how many events what is kept is written and after how many cells
# the sums are, and how many rows a transaction writes: none of them lasts over a fraction of a
# second, or it would stall every feed.
CHUNK: Final = 1_000
WINDOW: Final = 20_000
CELLS: Final = 100_000
ROWS: Final = 2_500
_SAMPLES: Final = 20


@dataclass(slots=True)
class _Found:
    """What two generations differ in: by table how many cells, and which the first of them are."""

    cells: int = 0
    differences: int = 0
    samples: list[str] = field(default_factory=list)
    tables: dict[str, tuple[int, list[UUID]]] = field(default_factory=dict)

    def add(self, table: str, comparison: Comparison, wrong: list[UUID]) -> None:
        self.cells += comparison.cells
        listed_all = comparison.total <= queries.LISTED_DIFFERENCES
        differences = len(wrong) if listed_all else comparison.total
        self.differences += differences
        self.samples = [*self.samples, *(f"{table}/{cell}" for cell in wrong)][:_SAMPLES]
        if differences:
            self.tables[table] = differences, wrong[:NAMED_CELLS]


async def rebuild(context: JobContext, order: RebuildOrder) -> dict[str, Any]:
    """Fold each source anew; the result counts cells compared and cells that differ.

    Sources without a difference and those with one are swapped alike when that was asked for: a
    swap is how a figure that went wrong is put right. A difference raises an alarm, unless the live
    figures were folded by a version that knew other tables.
    """
    results: dict[str, Any] = {}
    samples: list[str] = []
    done = 0
    total = await _count(context, order.sources)
    for source in dict.fromkeys(order.sources):
        async with context.transaction() as session:
            shadow = await operations.open_shadow(session, source=source)
        position, done = await _fold(context, shadow, done=done, total=total)
        found = await _compare(context, shadow, position)
        if shadow.comparable:
            await _alarm(context, shadow, found)
        async with context.transaction() as session:
            if order.swap:
                await operations.swap_shadow(session, shadow=shadow, position=position)
            await operations.order_sweep(session, shadow=shadow, swapped=order.swap)
        results[source] = {"cells": found.cells, "differences": found.differences}
        samples += found.samples
    return {
        "cells": sum(result["cells"] for result in results.values()),
        "differences": sum(result["differences"] for result in results.values()),
        "entries": done,
        "swapped": order.swap,
        "sources": results,
        "samples": samples,
    }


async def _alarm(context: JobContext, shadow: Shadow, found: _Found) -> None:
    """Raise an alarm for each table that differs, naming its first cells."""
    generations = {"live": shadow.live, "shadow": shadow.generation}
    tables: tuple[Rollup | Keeping, ...] = (*ledger.ROLLUPS, *ledger.KEEPINGS)
    for each in tables:
        differences, wrong = found.tables.get(each.table, (0, []))
        if not differences:
            continue
        async with context.transaction() as session:
            if isinstance(each, Keeping):
                cells = await queries.describe_kept(session, each, keys=wrong, **generations)
            else:
                cells = await queries.describe_cells(session, each, cells=wrong, **generations)
            finding = Finding(each.table, differences, tuple(cells))
            await raise_alarm(
                session,
                source=shadow.source,
                finding=finding,
                job_id=context.job_id,
                now=utc_now(),
            )


async def _count(context: JobContext, sources: list[Source]) -> int:
    async with context.transaction() as session:
        total = 0
        for source in sources:
            fold = await ledger_queries.get_fold(session, source)
            total += await ledger_queries.count_entries(session, source=source, era=fold.era)
    return total


async def _fold(context: JobContext, shadow: Shadow, *, done: int, total: int) -> tuple[int, int]:
    """Fold the ledger into the shadow until its end; return its last number and the count.

    Three things go on at once: the next events are read, the last ones folded in a thread, so that
    the loop stays free for the feeds, and what was folded before them is written.
    """
    position, folded, waiting = 0, Folded(), 0
    under_way: dict[str, asyncio.Task[Any]] = {}
    try:
        last, events = await _read(context, shadow, position)
        while last is not None:
            position = last
            following = asyncio.create_task(_read(context, shadow, position))
            under_way["reading"] = following
            await asyncio.to_thread(ledger.fold, events, folded)
            done, waiting = done + len(events), waiting + len(events)
            last, events = await following
            if waiting >= WINDOW or last is None:
                ready, folded = _ready(folded, at_end=last is None)
                waiting = 0
                rows = await asyncio.to_thread(additions, ready)
                if "writing" in under_way:
                    await under_way["writing"]
                under_way["writing"] = asyncio.create_task(_write(context, shadow, ready, rows))
                await context.progress(done, max(total, done))
        if "writing" in under_way:
            await under_way["writing"]
    finally:
        for task in under_way.values():
            task.cancel()
    return position, done


def _ready(folded: Folded, *, at_end: bool) -> tuple[Folded, Folded]:
    """Return what is to be written now, and what goes on being added to.

    Sums fall into the same cells again and again: they are written once there are many.
    """
    if at_end or sum(map(len, folded.cells.values())) >= CELLS:
        return folded, Folded()
    kept = Folded(kept=folded.kept, programs=folded.programs, waves=folded.waves)
    return kept, Folded(cells=folded.cells)


async def _read(
    context: JobContext, shadow: Shadow, after: int
) -> tuple[int | None, list[Recorded]]:
    statement = ledger_queries.entries_after(source=shadow.source, era=shadow.era, after=after)
    async with context.transaction() as session:
        return await ledger_queries.list_entries(session, statement.limit(CHUNK))


async def _write(context: JobContext, shadow: Shadow, folded: Folded, rows: list[Addition]) -> None:
    for addition in rows:
        for part in addition.parts(ROWS):
            async with context.transaction() as session:
                await add_rows(session, generation=shadow.generation, addition=part)
    async with context.transaction() as session:
        await keep_names(session, folded)


async def _compare(context: JobContext, shadow: Shadow, position: int) -> _Found:
    """Compare every cell of the source; what was folded meanwhile is taken into account."""
    found = _Found()
    for rollup in ledger.ROLLUPS:
        if rollup.fact.source is not shadow.source:
            continue
        async with context.transaction() as session:
            comparison = await queries.compare_rollup(
                session,
                rollup=rollup,
                live=shadow.live,
                shadow=shadow.generation,
                source=shadow.source,
            )
        meanwhile = await _folded_meanwhile(context, shadow, position, comparison.position)
        moved = rules.moved_cells(rollup, meanwhile)
        found.add(rollup.table, comparison, rules.unexplained(comparison.differing, moved))
    for keeping in ledger.KEEPINGS:
        if keeping.source is shadow.source:
            await _compare_latest(context, shadow, keeping, position, found)
    return found


async def _compare_latest(
    context: JobContext, shadow: Shadow, keeping: Keeping, position: int, found: _Found
) -> None:
    async with context.transaction() as session:
        comparison = await queries.compare_latest(
            session, keeping=keeping, live=shadow.live, shadow=shadow.generation
        )
    meanwhile = await _folded_meanwhile(context, shadow, position, comparison.position)
    moving = {UUID(key) for key in meanwhile.kept.get(keeping, {})}
    wrong = sorted(comparison.differing.keys() - moving)
    found.add(keeping.table, comparison, wrong)


async def _folded_meanwhile(context: JobContext, shadow: Shadow, after: int, until: int) -> Folded:
    async with context.transaction() as session:
        statement = ledger_queries.entries_after(
            source=shadow.source, era=shadow.era, after=after, until=until
        )
        _, events = await ledger_queries.list_entries(session, statement)
    return ledger.fold(events)


async def sweep(context: WorkerContext, source: Source, *, generation: int | None = None) -> None:
    """Delete, in chunks, the figures of generations that no report reads, or of that one."""
    for table in operations.tables_of(source):
        swept = operations.SWEPT_AT_ONCE
        while swept == operations.SWEPT_AT_ONCE:
            async with context.transaction() as session:
                swept = await operations.sweep_generations(
                    session, source=source, table=table, generation=generation
                )


async def sweep_ordered(context: JobContext, order: SweepOrder) -> None:
    """Delete what a rebuild has left: its shadow, or what the shadow took the place of."""
    await sweep(context, order.source, generation=order.generation)


async def sweep_all(context: WorkerContext) -> None:
    """Delete what restores and failures have left, unless a rebuild keeps its shadow there."""
    async with context.transaction() as session:
        busy = await queries.is_rebuilding(session)
    if not busy:
        for source in Source:
            await sweep(context, source)


async def recount(context: WorkerContext) -> None:
    """Order the recount of this night, once: the live figures are held against the ledger."""
    night = rules.night_of(utc_now().astimezone(JAKARTA))
    if night is None:
        return
    async with context.transaction() as session:
        await operations.order_recount(session, night=night)


REBUILD: Final = JobHandler(queries.REBUILD, RebuildOrder, rebuild)
RECOUNT: Final = Cron("recount", timedelta(minutes=10), recount)
SWEEP_ORDERED: Final = JobHandler(queries.SWEEP, SweepOrder, sweep_ordered)
SWEEP: Final = Cron("sweep-generations", timedelta(hours=6), sweep_all)
