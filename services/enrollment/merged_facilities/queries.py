"""Reads of merged facilities."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.tables import Class
from services.enrollment.merged_facilities.tables import MergedFacility
from services.enrollment.referrals.tables import Referral


async def find_stay(session: AsyncSession, facility_id: UUID) -> UUID:
    """Return the facility that one was merged into, or the very same where it was not."""
    merged = await session.get(MergedFacility, facility_id)
    return facility_id if merged is None else UUID(merged.stays["facility_id"])


async def left_behind(session: AsyncSession, *, limit: int) -> Sequence[UUID]:
    """Return up to `limit` classes that are still at a facility that was merged."""
    statement = (
        select(Class.id)
        .join(MergedFacility, MergedFacility.facility_id == Class.facility_id)
        .order_by(Class.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def count_left_behind(session: AsyncSession) -> int:
    """Return how many classes are still at a facility that was merged."""
    statement = (
        select(func.count())
        .select_from(Class)
        .join(MergedFacility, MergedFacility.facility_id == Class.facility_id)
    )
    return await session.scalar(statement) or 0


async def referrals_of_class(
    session: AsyncSession, class_id: UUID, *, facility_id: UUID
) -> Sequence[Referral]:
    """Return the referrals of a class that is at a facility, locked, by id."""
    statement = (
        select(Referral)
        .where(Referral.facility_id == facility_id, Referral.class_id == class_id)
        .order_by(Referral.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def referrals_left_behind(session: AsyncSession, *, limit: int) -> Sequence[Referral]:
    """Return up to `limit` referrals from or to a facility that was merged, locked, by id."""
    gone = select(MergedFacility.facility_id)
    statement = (
        select(Referral)
        .where(or_(Referral.facility_id.in_(gone), Referral.to_facility_id.in_(gone)))
        .order_by(Referral.id)
        .limit(limit)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()
