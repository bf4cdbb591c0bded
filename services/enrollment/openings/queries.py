"""Reads of openings."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.openings.rules import OpeningUnknownError
from services.enrollment.openings.tables import Opening


async def get_opening(session: AsyncSession, class_id: UUID) -> Opening:
    """Return the report that a class has started.

    Raises:
        OpeningUnknownError: when there is none yet.
    """
    opening = await session.get(Opening, class_id)
    if opening is None:
        raise OpeningUnknownError
    return opening
