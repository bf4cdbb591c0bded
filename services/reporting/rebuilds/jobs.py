"""The rebuild: fold the ledger anew beside the live figures, compare, perhaps swap."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.reporting.folding.rules import Folded, Keeping, Source
from services.reporting.ledger import queries as ledger_queries
from services.reporting.ledger import rules as ledger
from services.reporting.rebuilds import operations, queries, rules
from services.reporting.rebuilds.operations import Shadow
from services.reporting.rebuilds.queries import Comparison
from services.reporting.rebuilds.schemas import RebuildCreate
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext

# Folding blocks the worker's loop, in which the feeds are read, for some 50 ms a chunk.
CHUNK: Final = 2_000
_SAMPLES: Final = 20


@dataclass(slots=True)
class _Found:
    cells: int = 0
    differences: int = 0
    samples: list[str] | None = None

    def add(self, table: str, comparison: Comparison, wrong: list[UUID]) -> None:
        self.cells += comparison.cells
        listed_all = comparison.total <= queries.LISTED_DIFFERENCES
        self.differences += len(wrong) if listed_all else comparison.total
        named = [f"{table}/{cell}" for cell in wrong]
        self.samples = [*(self.samples or []), *named][:_SAMPLES]


async def rebuild(context: JobContext, order: RebuildCreate) -> dict[str, Any]:
    """Fold each source anew; the result counts cells compared and cells that differ.

    Sources without a difference and those with one are swapped alike when that was asked for: a
    swap is how a figure that went wrong is put right.
    """
    results: dict[str, Any] = {}
    samples: list[str] = []
    done = 0
    total = await _count(context, order.sources)
    for source in dict.fromkeys(order.sources):
        await sweep(context, source)
        async with context.transaction() as session:
            shadow = await operations.open_shadow(session, source=source)
        position, done = await _fold(context, shadow, done=done, total=total)
        found = await _compare(context, shadow, position)
        if order.swap:
            async with context.transaction() as session:
                await operations.swap_shadow(session, shadow=shadow, position=position)
        await sweep(context, source)
        results[source] = {"cells": found.cells, "differences": found.differences}
        samples += found.samples or []
    return {
        "cells": sum(result["cells"] for result in results.values()),
        "differences": sum(result["differences"] for result in results.values()),
        "entries": done,
        "swapped": order.swap,
        "sources": results,
        "samples": samples,
    }


async def _count(context: JobContext, sources: list[Source]) -> int:
    async with context.transaction() as session:
        total = 0
        for source in sources:
            fold = await ledger_queries.get_fold(session, source)
            total += await ledger_queries.count_entries(session, source=source, era=fold.era)
    return total


async def _fold(context: JobContext, shadow: Shadow, *, done: int, total: int) -> tuple[int, int]:
    """Fold the ledger into the shadow until its end; return its last number and the count."""
    position = 0
    while True:
        statement = ledger_queries.entries_after(
            source=shadow.source, era=shadow.era, after=position
        )
        async with context.transaction() as session:
            last, events = await ledger_queries.list_entries(session, statement.limit(CHUNK))
            if last is not None:
                await operations.fold_shadow(session, shadow=shadow, events=events)
        position = position if last is None else last
        done += len(events)
        await context.progress(done, max(total, done))
        if len(events) < CHUNK:
            return position, done


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


async def sweep(context: WorkerContext, source: Source) -> None:
    """Delete, in chunks, the figures of generations that no report reads."""
    for table in operations.tables_of(source):
        while True:
            async with context.transaction() as session:
                swept = await operations.sweep_generations(session, source=source, table=table)
            if swept < operations.SWEPT_AT_ONCE:
                break


async def sweep_all(context: WorkerContext) -> None:
    """Delete what restores have left behind, unless a rebuild keeps its shadow there."""
    async with context.transaction() as session:
        busy = await queries.is_rebuilding(session)
    if not busy:
        for source in Source:
            await sweep(context, source)


REBUILD: Final = JobHandler(queries.REBUILD, RebuildCreate, rebuild)
SWEEP: Final = Cron("sweep-generations", timedelta(hours=6), sweep_all)
