"""Changes that a rebuild makes: a generation beside the live one, a swap, a clearing away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Table, delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Job
from services.reporting.folding.rules import Recorded, Source
from services.reporting.folding.tables import Fold
from services.reporting.ledger import rules as ledger
from services.reporting.ledger.operations import add_figures
from services.reporting.ledger.queries import entries_after, list_entries, lock_fold, table_of
from services.reporting.rebuilds.queries import REBUILD, SWEEP, is_rebuilding, was_recounted
from services.reporting.rebuilds.schemas import RebuildCreate, RebuildOrder, SweepOrder
from shared.db.jobs import add_job
from shared.errors import ConflictError
from shared.i18n import Text

# A long write transaction would stall every feed of the cluster.
SWEPT_AT_ONCE: Final = 5_000


class RebuildRunningError(ConflictError):
    """One rebuild at a time: a second would take the first one's shadow for a leftover."""

    code = "rebuild-running"
    title = Text("Pembangunan ulang sedang berjalan.", "A rebuild is running.")


class SourceRestoredError(ConflictError):
    """The source was restored or swapped while it was being folded anew."""

    code = "rebuild-overtaken"
    title = Text(
        "Sumber dipulihkan atau diganti selama pembangunan ulang; mulai lagi.",
        "The source was restored or swapped during the rebuild; begin again.",
    )


@dataclass(frozen=True, slots=True)
class Shadow:
    """A generation that is being folded beside the live one.

    `comparable` tells that the live one was folded into the same tables and cells.
    """

    source: Source
    era: int
    live: int
    generation: int
    comparable: bool = True


async def order_rebuild(session: AsyncSession, *, body: RebuildCreate) -> Job:
    """Queue a rebuild.

    Raises:
        RebuildRunningError: when one waits or runs already.
    """
    for source in Source:
        await lock_fold(session, source)
    if await is_rebuilding(session):
        raise RebuildRunningError(retry_after_s=5)
    order = RebuildOrder.model_validate(body.model_dump())
    return await add_job(session, Job, kind=REBUILD, payload=order)


async def order_recount(session: AsyncSession, *, night: date) -> Job | None:
    """Queue the recount of a night, without a swap; None when it was, or a rebuild is under way."""
    for source in Source:
        await lock_fold(session, source)
    if await was_recounted(session, night) or await is_rebuilding(session):
        return None
    return await add_job(session, Job, kind=REBUILD, payload=RebuildOrder(night=night))


async def open_shadow(session: AsyncSession, *, source: Source) -> Shadow:
    """Return a generation of `source` that nothing has been folded into."""
    fold = await lock_fold(session, source)
    comparable = fold.layout in (None, ledger.layout_of(source))
    shadow = Shadow(source, fold.era, fold.generation, fold.next_generation, comparable)
    fold.next_generation += 1
    await session.flush()
    return shadow


async def fold_shadow(session: AsyncSession, *, shadow: Shadow, events: Iterable[Recorded]) -> None:
    """Add the figures of some events of the ledger to the shadow."""
    await add_figures(session, generation=shadow.generation, folded=ledger.fold(events))


async def swap_shadow(session: AsyncSession, *, shadow: Shadow, position: int) -> int:
    """Let the shadow take the place of the live figures, and return how far it is folded.

    The source's row is locked, so that nothing is folded while the last events, those after
    `position`, are added to the shadow.

    Raises:
        SourceRestoredError: when the live generation is no longer the one that was compared.
    """
    fold = await lock_fold(session, shadow.source)
    if (fold.era, fold.generation) != (shadow.era, shadow.live):
        raise SourceRestoredError
    _, events = await list_entries(
        session, entries_after(source=shadow.source, era=shadow.era, after=position)
    )
    await fold_shadow(session, shadow=shadow, events=events)
    fold.generation, fold.layout = shadow.generation, ledger.layout_of(shadow.source)
    if fold.topics is not None and set(fold.topics) >= set(ledger.topics_of(shadow.source)):
        fold.behind_since = None
    await session.flush()
    return fold.position


def tables_of(source: Source) -> list[Table]:
    """Return the tables that are folded from `source`."""
    rollups = [table_of(each) for each in ledger.ROLLUPS if each.fact.source is source]
    return rollups + [table_of(each) for each in ledger.KEEPINGS if each.source is source]


async def order_sweep(session: AsyncSession, *, shadow: Shadow, swapped: bool) -> None:
    """Queue the deletion of the one of two generations that no report reads any more."""
    stale = shadow.live if swapped else shadow.generation
    order = SweepOrder(source=shadow.source, generation=stale)
    await add_job(session, Job, kind=SWEEP, payload=order)


async def sweep_generations(
    session: AsyncSession, *, source: Source, table: Table, generation: int | None = None
) -> int:
    """Delete some rows of `table` that no report reads, and return how many.

    Those of `generation`, or of every one that is not live. One statement sees one snapshot: a
    generation that begins to live meanwhile is not in it.
    """
    live = select(Fold.generation).where(Fold.source == source).scalar_subquery()
    key = table.primary_key.columns
    stale = select(*key).where(or_(table.c.generation < live, table.c.generation > live))
    if generation is not None:
        stale = stale.where(table.c.generation == generation)
    result = await session.execute(
        delete(table).where(tuple_(*key).in_(stale.limit(SWEPT_AT_ONCE))).returning(key[0])
    )
    return len(result.all())
