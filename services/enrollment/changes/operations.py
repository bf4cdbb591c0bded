"""One page of what a device has to know, by how far it has read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.changes import queries, rules
from services.enrollment.changes.rules import Mark, Phase, Touched
from services.enrollment.changes.schemas import ItemRead
from services.enrollment.devices.operations import note_heard
from services.enrollment.devices.tables import Device
from shared.scope import Scope

_HEARD_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Told:
    """Items for a device, how far it has then read, and whether more follows at once."""

    items: list[ItemRead]
    mark: Mark
    more: bool


async def tell_changes(
    session: AsyncSession, mark: Mark | None, *, scope: Scope, limit: int, now: datetime
) -> Told:
    """Return what a device has to know after a mark; without one, the present state.

    Raises:
        ChangesGoneError: when the device has to begin again.
    """
    present = rules.settled_scope(scope)
    if mark is None:
        head = await queries.read_head(session)
        mark = Mark(Phase.SNAPSHOT, head, present, now)
    else:
        epoch = await queries.read_epoch(session)
        rules.check_readable(mark, epoch=epoch, scope=present, now=now)
        mark = replace(mark, issued_at=now)
    if mark.scope != present:
        mark = replace(mark, before=mark.scope, scope=present).to(Phase.MOVED)
    match mark.phase:
        case Phase.SNAPSHOT:
            return await _snapshot(session, mark, limit=limit)
        case Phase.MOVED:
            return await _moved(session, mark, limit=limit)
        case Phase.LOG:
            return await _log(session, mark, limit=limit)


def _classes_in(limit: int) -> int:
    return max(1, limit // rules.EVENTS_A_CLASS)


async def _snapshot(session: AsyncSession, mark: Mark, *, limit: int) -> Told:
    most = _classes_in(limit)
    found = await queries.list_held(session, scope=mark.scope, after=mark.after, limit=most + 1)
    return await _whole(session, mark, found, most=most)


async def _moved(session: AsyncSession, mark: Mark, *, limit: int) -> Told:
    most, old = _classes_in(limit), mark.before or Scope()
    found = await queries.list_moved(
        session, old=old, new=mark.scope, after=mark.after, limit=most + 1
    )
    told = await _whole(session, mark, found, most=most)
    if mark.after is not None:
        return told
    return replace(told, items=queries.facilities_left(old, mark.scope) + told.items)


async def _whole(session: AsyncSession, mark: Mark, ids: Sequence[UUID], *, most: int) -> Told:
    shown = ids[:most]
    items = await queries.read_items(session, Touched(whole=set(shown)), scope=mark.scope)
    if len(ids) > most:
        return Told(items, mark.to(mark.phase, after=shown[-1]), more=True)
    # The log since the list was begun follows: what changed while it was read is told again.
    return Told(items, replace(mark.to(Phase.LOG), before=None), more=True)


async def _log(session: AsyncSession, mark: Mark, *, limit: int) -> Told:
    stretch = await queries.read_log(session, mark.cursor, scope=mark.scope, limit=limit)
    touched = rules.touched_by(stretch.events)
    items = await queries.read_items(session, touched, scope=mark.scope)
    return Told(items, replace(mark, cursor=stretch.cursor), stretch.more)


async def note_reading(session: AsyncSession, device: Device, *, now: datetime) -> None:
    """Note that a device was heard of, unless that was noted a moment ago."""
    if device.last_seen_at is None or device.last_seen_at < now - _HEARD_EVERY:
        await note_heard(session, device.id, skew_ms=None, now=now)
