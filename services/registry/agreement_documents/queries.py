"""Reads of documents; who may read the agreement may read them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.tables import AgreementDocument


async def list_documents(
    session: AsyncSession, agreement_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[AgreementDocument]:
    """Return up to `limit` documents of an agreement that were added after one of them."""
    statement = (
        select(AgreementDocument)
        .where(AgreementDocument.agreement_id == agreement_id)
        .order_by(AgreementDocument.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(AgreementDocument.id > after)
    return (await session.scalars(statement)).all()
