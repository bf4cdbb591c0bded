"""Reads of openings."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.tables import Class
from services.enrollment.openings.rules import OpeningUnknownError
from services.enrollment.openings.tables import Opening
from shared.db.within import within
from shared.scope import Scope


async def get_opening(session: AsyncSession, *, scope: Scope, class_id: UUID) -> Opening:
    """Return the report that a class within the scope has started.

    Raises:
        OpeningUnknownError: when there is none yet, or the class lies outside the scope.
    """
    statement = (
        select(Opening)
        .join(Class, Class.id == Opening.class_id)
        .where(Opening.class_id == class_id, within(scope, Class))
    )
    opening = (await session.scalars(statement)).one_or_none()
    if opening is None:
        raise OpeningUnknownError
    return opening
