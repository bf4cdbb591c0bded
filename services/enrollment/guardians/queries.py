"""Reads of guardians."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.guardians.rules import GuardianUnknownError
from services.enrollment.guardians.tables import Guardian

# Nobody has more; the list is told whole.
_MOST: Final = 50


async def list_guardians(session: AsyncSession, participant_id: UUID) -> Sequence[Guardian]:
    """Return the guardians of a person whom the caller may see, the latest first."""
    statement = (
        select(Guardian)
        .where(Guardian.participant_id == participant_id)
        .order_by(Guardian.id.desc())
        .limit(_MOST)
    )
    return (await session.scalars(statement)).all()


async def get_guardian(session: AsyncSession, participant_id: UUID, guardian_id: UUID) -> Guardian:
    """Return a guardian who has not ended.

    Raises:
        GuardianUnknownError: when the person has no such guardian.
    """
    found = await session.get(Guardian, (participant_id, guardian_id))
    if found is None or found.ended_at is not None:
        raise GuardianUnknownError
    return found
