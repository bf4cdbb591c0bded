"""Reads of offers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.enrollments.tables import Enrollment
from shared.schemas.enrollment import EnrollmentState


async def classes_with_lapsed(
    session: AsyncSession, *, now: datetime, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` classes with offers whose deadline has passed, by id."""
    lapsed = (
        select(Enrollment.class_id)
        .where(Enrollment.state == EnrollmentState.OFFERED, Enrollment.confirm_by <= now)
        .distinct()
        .subquery()
    )
    statement = select(lapsed.c.class_id).order_by(lapsed.c.class_id).limit(limit)
    return (await session.scalars(statement)).all()


async def open_offers(
    session: AsyncSession, class_id: UUID, *, until: datetime | None = None
) -> Sequence[Enrollment]:
    """Return the offers of a locked class in the order in which they lapse.

    With `until`, only those whose deadline is not after it.
    """
    statement = (
        select(Enrollment)
        .where(Enrollment.class_id == class_id, Enrollment.state == EnrollmentState.OFFERED)
        .order_by(Enrollment.confirm_by, Enrollment.id)
        .execution_options(populate_existing=True)
    )
    if until is not None:
        statement = statement.where(Enrollment.confirm_by <= until)
    return (await session.scalars(statement)).all()
