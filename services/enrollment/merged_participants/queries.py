"""Reads of merged participants."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.merged_participants.tables import MergedParticipant


async def find_stays(session: AsyncSession, old_id: UUID) -> UUID | None:
    """Return who stands for a person that was merged; None when the id was never given up."""
    statement = select(MergedParticipant.participant_id).where(MergedParticipant.old_id == old_id)
    return await session.scalar(statement)


async def given_up_niks(session: AsyncSession, participant_id: UUID) -> Sequence[bytes]:
    """Return the blind indexes of the NIKs that merges into a person have given up, in order."""
    statement = (
        select(MergedParticipant.nik_index)
        .where(MergedParticipant.participant_id == participant_id)
        .order_by(MergedParticipant.nik_index)
    )
    return (await session.scalars(statement)).all()


async def ids_of(session: AsyncSession, participant_id: UUID) -> list[UUID]:
    """Return all ids under which a person may be known: the own one, then those given up."""
    statement = (
        select(MergedParticipant.old_id)
        .where(MergedParticipant.participant_id == participant_id)
        .order_by(MergedParticipant.old_id)
    )
    return [participant_id, *await session.scalars(statement)]
