"""Background work after areas have changed: bring along what stands on their codes."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.registry.area_changes import operations, queries
from services.registry.area_changes.operations import Settled, Settling
from services.registry.areas.rules import AreaChangeKind
from services.registry.areas.schemas import SettleAreas
from services.registry.areas.tables import AreaChange
from services.registry.assignments.queries import lock_displaced
from services.registry.facilities.tables import Facility
from services.registry.institutions.tables import Institution
from shared.clock import ledger_day, utc_now
from shared.jobs.context import JobContext, JobHandler

# A quarter of a second a chunk, as in imports: facilities take their spaces and bookings along.
_CHUNK: Final = 200
_TABLES: Final[dict[str, type[Facility] | type[Institution]]] = {
    "facilities": Facility,
    "institutions": Institution,
}


async def settle_areas(context: JobContext, payload: SettleAreas) -> dict[str, Any]:
    """Tell that areas have changed, and move what stands on codes that are out of force.

    What went over into exactly one area moves; what did into several or none goes on the work
    list, and so does what stands on the very code that was split and stays. Who acts for an area
    that is no more acts for all that it went over into; who does for one that ended without a
    successor is only counted. Nothing is done twice, so that the job may begin again at any time.
    Returns how many there were of each.
    """
    now = utc_now()
    settling = Settling(today=ledger_day(now), now=now, change_id=payload.change_id)
    async with context.transaction() as session:
        change = await operations.announce_change(
            session,
            job_id=context.job_id,
            change_id=payload.change_id,
            valid_from=payload.valid_from,
            today=settling.today,
            now=now,
        )
    counts: Counter[str] = Counter()
    stays = change is not None and change.from_codes[0] in change.to_codes
    split = change if change and change.kind is AreaChangeKind.SPLIT and stays else None
    for name, table in _TABLES.items():
        for asked in (None, split) if split is not None else (None,):
            run = _Run(settling, table, asked)
            settled = await _settle(context, run, done=counts.total())
            counts += Counter({name: settled.moved, "left_open": settled.left_open})
    assigned = await _settle_assignments(context, settling)
    async with context.transaction() as session:
        closed = await operations.close_stale_items(session, now=now)
    return {
        **{name: counts[name] for name in (*_TABLES, "left_open")},
        "closed": closed,
        "assignments": assigned.moved,
        "assignments_left": assigned.left_open,
    }


async def _settle_assignments(context: JobContext, settling: Settling) -> Settled:
    """Let who acts for areas act for what they have become, a chunk in each transaction."""
    moved = left_open = 0
    last: UUID | None = None
    while True:
        async with context.transaction() as session:
            found = await lock_displaced(session, on=settling.today, after=last, limit=_CHUNK)
            settled = await operations.settle_assignments(session, found, settling)
        if settled.last is None:
            return Settled(last, moved, left_open)
        last = settled.last
        moved += settled.moved
        left_open += settled.left_open


@dataclass(frozen=True, slots=True)
class _Run:
    """Things of one table that a split which leaves its area, or else any change, concerns."""

    settling: Settling
    table: type[Facility] | type[Institution]
    split: AreaChange | None


async def _settle(context: JobContext, run: _Run, *, done: int) -> Settled:
    """Settle all things of a run, a chunk in each transaction."""
    today = run.settling.today
    async with context.transaction() as session:
        asked = await queries.count_in_question(session, run.table, change=run.split, on=today)
    moved = left_open = 0
    last: UUID | None = None
    while True:
        settled = await _settle_chunk(context, run, after=last)
        if settled.last is None:
            return Settled(last, moved, left_open)
        last = settled.last
        moved += settled.moved
        left_open += settled.left_open
        await context.progress(done + moved + left_open, done + asked)


async def _settle_chunk(context: JobContext, run: _Run, *, after: UUID | None) -> Settled:
    async with context.transaction() as session:
        found = await queries.lock_in_question(
            session,
            run.table,
            change=run.split,
            on=run.settling.today,
            after=after,
            limit=_CHUNK,
        )
        if run.split is None:
            return await operations.settle_displaced(session, found, run.settling)
        left_open = [(each, run.split.to_codes) for each in found]
        await operations.open_items(session, left_open, run.settling)
        return Settled(found[-1].id if found else None, 0, len(found))


SETTLE_AREAS: Final = JobHandler(SettleAreas.kind, SettleAreas, settle_areas)
