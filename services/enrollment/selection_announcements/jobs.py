"""Announcements are made, and selections that nobody pushes on go on by themselves."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.identities.rules import NikKeys
from services.enrollment.selection_announcements import operations, queries
from services.enrollment.selection_announcements.schemas import AnnounceSelection
from services.enrollment.selections.operations import close_selection, commit_selection
from services.enrollment.selections.queries import (
    get_selection,
    waves_to_close,
    waves_to_commit,
)
from shared.clock import utc_now
from shared.errors import ServiceError
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.logging import get_logger
from shared.schemas.enrollment import SelectionState

# What is decided in one transaction, far below a second: so many without a place, or so many
# classes of some 20 places each.
_AT_ONCE: Final = 500
_CLASSES: Final = 20
_WAVES: Final = 20
_log = get_logger(__name__)
_Step: TypeAlias = Callable[[AsyncSession, UUID], Awaitable[object]]


async def announce(context: JobContext, payload: AnnounceSelection) -> dict[str, Any] | None:
    """Give the places class by class, tell the others, then publish; the result counts both.

    Run again, it goes on where it was.
    """
    async with context.transaction() as session:
        selection = await get_selection(session, payload.wave_id)
        classes = await queries.classes_of_wave(session, payload.wave_id)
    if selection.state is not SelectionState.ANNOUNCING:
        return None
    total, placed, told = selection.list_count, 0, 0
    for first in range(0, len(classes), _CLASSES):
        some = classes[first : first + _CLASSES]
        async with context.transaction() as session:
            placed += await operations.announce_classes(session, payload.wave_id, some)
        await context.progress(placed, total)
    after: int | None = 0
    while after is not None:
        async with context.transaction() as session:
            count, after = await operations.announce_others(
                session, payload.wave_id, after=after, limit=_AT_ONCE
            )
        told += count
        await context.progress(placed + told, total)
    async with context.transaction() as session:
        await operations.finish_announcement(session, payload.wave_id)
    return {"classes": len(classes), "placed": placed, "without_place": told}


async def _each(context: WorkerContext, waves: Sequence[UUID], step: _Step, *, what: str) -> None:
    """Take one step for each wave, a transaction each.

    One that refuses or fails holds up no other; it is tried again at the next turn.
    """
    for wave_id in waves:
        try:
            async with context.transaction() as session:
                await step(session, wave_id)
        except ServiceError as error:
            _log.warning("selection-refused", wave_id=wave_id, step=what, code=error.code)
            continue
        except Exception as error:  # noqa: BLE001 - the other waves go on, the next turn tries again
            _log.error("selection-failed", wave_id=wave_id, step=what, error=type(error).__name__)
            continue
        _log.info("selection-moved", wave_id=wave_id, step=what)


async def announce_due(context: WorkerContext) -> None:
    """Announce what is due; go on with what was left; open the desk of classes that came later."""
    now = utc_now()
    async with context.transaction() as session:
        due = await queries.selections_due(session, now=now, limit=_WAVES)
        left = await queries.selections_left(session, limit=_WAVES)
        late = await queries.late_classes(session, limit=_WAVES)

    async def start(session: AsyncSession, wave_id: UUID) -> None:
        await operations.start_announcement(
            session, wave_id=wave_id, scope=session.info["scope"], now=now
        )

    await _each(context, due, start, what="announce")
    await _each(context, left, operations.announce_later, what="announce-again")
    wave_of = {class_id: wave_id for wave_id, class_id in late}

    async def admit(session: AsyncSession, class_id: UUID) -> None:
        await operations.announce_classes(session, wave_of[class_id], [class_id])

    await _each(context, list(wave_of), admit, what="announce-late-class")


def push_on(keys: NikKeys) -> Cron:
    """Return the cron that commits to seeds, sealed with `keys`, and freezes lists in time.

    A wave that takes applications without anybody having committed to a seed gets one.
    """

    async def run(context: WorkerContext) -> None:
        now: datetime = utc_now()
        async with context.transaction() as session:
            uncommitted = await waves_to_commit(session, now=now, limit=_WAVES)
            closing = await waves_to_close(session, now=now, limit=_WAVES)

        async def commit(session: AsyncSession, wave_id: UUID) -> None:
            await commit_selection(
                session,
                wave_id=wave_id,
                public_source=None,
                keys=keys,
                committed_by=context.actor.name,
                scope=session.info["scope"],
                now=now,
            )

        async def close(session: AsyncSession, wave_id: UUID) -> None:
            await close_selection(session, wave_id=wave_id, scope=session.info["scope"], now=now)

        await _each(context, uncommitted, commit, what="commit")
        await _each(context, closing, close, what="close")

    return Cron("push-selections-on", timedelta(seconds=10), run)


HANDLER: Final = JobHandler(AnnounceSelection.kind, AnnounceSelection, announce)
ANNOUNCE_DUE: Final = Cron("announce-due", timedelta(seconds=5), announce_due)
