"""What is written down of the hours of a referral, each within the caller's transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.referrals.operations import refuse_without_hours
from services.enrollment.referrals.queries import lock_referral
from services.enrollment.referrals.tables import Referral


async def _having(session: AsyncSession, referral_id: UUID, booking_id: UUID) -> Referral | None:
    """Return a referral, locked, if it still has that booking."""
    row = await lock_referral(session, referral_id)
    return row if row is not None and row.booking_id == booking_id else None


async def keep_hours(
    session: AsyncSession, referral_id: UUID, *, booking_id: UUID, now: datetime
) -> None:
    """Note that the registry has confirmed the hours of a referral."""
    row = await _having(session, referral_id, booking_id)
    if row is not None:
        row.booked_at = now
        await session.flush()


async def exchange_hours(
    session: AsyncSession, referral_id: UUID, *, lapsed: UUID, booking_id: UUID
) -> None:
    """Note what a referral holds now in the place of what lapsed."""
    row = await _having(session, referral_id, lapsed)
    if row is not None:
        row.booking_id, row.booked_at = booking_id, None
        await session.flush()


async def forget_hours(session: AsyncSession, referral_id: UUID, *, booking_id: UUID) -> None:
    """Note that a referral that came to nothing has given up its hours."""
    row = await _having(session, referral_id, booking_id)
    if row is not None:
        row.booking_id = row.booked_at = None
        await session.flush()


async def lose_hours(
    session: AsyncSession, referral_id: UUID, *, booking_id: UUID, reason: str, now: datetime
) -> None:
    """End a referral whose hours lapsed and cannot be had again; `reason` is the registry's."""
    row = await _having(session, referral_id, booking_id)
    if row is not None:
        await refuse_without_hours(session, row, reason=reason, now=now)
