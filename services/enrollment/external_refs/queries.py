"""Reads of external references."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.external_refs.tables import ExternalRef
from services.enrollment.participants.tables import Participant
from shared.db.within import within
from shared.scope import Scope

_MOST: Final = 100


async def list_refs(session: AsyncSession, participant_id: UUID) -> Sequence[ExternalRef]:
    """Return the references of a person whom the caller may see, by the system's name."""
    statement = (
        select(ExternalRef)
        .where(ExternalRef.participant_id == participant_id)
        .order_by(ExternalRef.client)
        .limit(_MOST)
    )
    return (await session.scalars(statement)).all()


async def find_ref(session: AsyncSession, client: str, ref: str) -> ExternalRef | None:
    """Return the reference by which a system names somebody, whoever it is."""
    statement = select(ExternalRef).where(ExternalRef.client == client, ExternalRef.ref == ref)
    return await session.scalar(statement)


async def find_by_ref(
    session: AsyncSession, client: str, ref: str, *, scope: Scope
) -> Participant | None:
    """Return the person within the caller's scope whom a system names so."""
    statement = (
        select(Participant)
        .join(ExternalRef, ExternalRef.participant_id == Participant.id)
        .where(ExternalRef.client == client, ExternalRef.ref == ref, within(scope, Participant))
    )
    return await session.scalar(statement)
