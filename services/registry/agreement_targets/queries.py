"""Reads of targets; who may read the agreement may read them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_targets.tables import AgreementTarget


async def list_targets(
    session: AsyncSession, agreement_id: UUID, *, after: int | None, limit: int
) -> Sequence[AgreementTarget]:
    """Return up to `limit` targets of an agreement that follow the one of number `after`."""
    statement = (
        select(AgreementTarget)
        .where(AgreementTarget.agreement_id == agreement_id)
        .order_by(AgreementTarget.ordinal)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(AgreementTarget.ordinal > after)
    return (await session.scalars(statement)).all()
