"""Reads of what devices told later."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.enrollment.base import Event
from services.enrollment.sync_ledger.rules import FAILED, Verdict
from services.enrollment.sync_ledger.tables import SyncChange


async def find_change(session: AsyncSession, device_id: UUID, change_id: UUID) -> SyncChange | None:
    """Return a change that a device has sent before."""
    return await session.get(SyncChange, (device_id, change_id))


def _unmade(refers_to: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition that a change made none of these things, and none made it since."""
    if not refers_to:
        return false()
    again = aliased(SyncChange)
    made = select(again.change_id).where(
        again.device_id == SyncChange.device_id,
        again.makes == SyncChange.makes,
        again.verdict == Verdict.APPLIED,
    )
    return and_(SyncChange.makes.in_(refers_to), ~made.exists())


async def find_failed(
    session: AsyncSession,
    device_id: UUID,
    *,
    subject: str,
    made_at: datetime,
    refers_to: Collection[UUID],
    besides: UUID,
) -> UUID | None:
    """Return an earlier change of a device that failed and that another one builds upon.

    It was to make one of the things that the other mentions, or it changes the same thing and the
    device did not know yet that it had failed: it made the other before it was told. `made_at` is
    by our clock; `besides` is that other change itself.
    """
    in_the_way = or_(
        _unmade(refers_to),
        and_(SyncChange.subject == subject, SyncChange.received_at >= made_at),
    )
    statement = (
        select(SyncChange.change_id)
        .where(
            SyncChange.device_id == device_id,
            SyncChange.change_id != besides,
            SyncChange.verdict.in_(FAILED),
            in_the_way,
        )
        .order_by(SyncChange.received_at, SyncChange.change_id)
        .limit(1)
    )
    return await session.scalar(statement)


async def changes_named(
    session: AsyncSession, device_id: UUID, change_ids: Sequence[UUID]
) -> dict[UUID, SyncChange]:
    """Return those of some changes that have come."""
    statement = select(SyncChange).where(
        SyncChange.device_id == device_id, SyncChange.change_id.in_(change_ids)
    )
    return {row.change_id: row for row in await session.scalars(statement)}


async def last_writer(
    session: AsyncSession, stream_id: UUID, *, member: str, identifier: UUID
) -> str | None:
    """Return who changed a thing last, as the log tells: `member` of the events names it."""
    statement = (
        select(Event.actor)
        .where(
            Event.stream_id == stream_id,
            Event.payload[member].astext == str(identifier),
        )
        .order_by(Event.epoch.desc(), Event.xid.desc(), Event.id.desc())
        .limit(1)
    )
    return await session.scalar(statement)
