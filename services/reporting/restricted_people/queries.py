"""Reads of restrictions."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.restricted_people.rules import PersonRestrictedError
from services.reporting.restricted_people.tables import RestrictedPerson


async def check_unrestricted(session: AsyncSession, participant_id: UUID) -> None:
    """Refuse to process the data of a person who is restricted or erased.

    Raises:
        PersonRestrictedError: when the person is.
    """
    statement = select(RestrictedPerson.version).where(
        RestrictedPerson.participant_id == participant_id,
        or_(RestrictedPerson.restricted_at.is_not(None), RestrictedPerson.erased_at.is_not(None)),
    )
    if await session.scalar(statement) is not None:
        raise PersonRestrictedError
