"""Reads of funding."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.class_funding.tables import ClassFunding
from services.enrollment.classes.rules import ClassUnknownError
from services.enrollment.classes.tables import Class
from shared.db.within import within
from shared.scope import Scope


async def get_funded(session: AsyncSession, class_id: UUID, *, scope: Scope) -> Class:
    """Return a class whose funding the caller may read.

    Raises:
        ClassUnknownError: when there is none within the scope.
    """
    found = await session.scalar(select(Class).where(Class.id == class_id, within(scope, Class)))
    if found is None:
        raise ClassUnknownError
    return found


async def funding_of(session: AsyncSession, class_id: UUID) -> Sequence[ClassFunding]:
    """Return the sources of the money of a class, in order."""
    statement = (
        select(ClassFunding)
        .where(ClassFunding.class_id == class_id)
        .order_by(ClassFunding.position)
    )
    return (await session.scalars(statement)).all()


async def amounts_of(session: AsyncSession, class_id: UUID) -> dict[str, int]:
    """Return how much money a class has, in rupiah by source."""
    statement = (
        select(ClassFunding.source, func.sum(ClassFunding.amount_rupiah))
        .where(ClassFunding.class_id == class_id)
        .group_by(ClassFunding.source)
        .order_by(ClassFunding.source)
    )
    found = await session.execute(statement)
    return {source.value: int(amount) for source, amount in found.all()}
