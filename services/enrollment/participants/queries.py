"""Reads of participants."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.participants.rules import ParticipantUnknownError
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.rules import PersonFacts
from shared.db.within import within
from shared.scope import Place, Scope


async def get_participant(
    session: AsyncSession, participant_id: UUID, *, scope: Scope
) -> Participant:
    """Return one person.

    Raises:
        ParticipantUnknownError: when there is none within the caller's scope.
    """
    statement = select(Participant).where(
        Participant.id == participant_id, within(scope, Participant)
    )
    found = await session.scalar(statement)
    if found is None:
        raise ParticipantUnknownError
    return found


async def find_by_nik(
    session: AsyncSession, nik_index: bytes, *, scope: Scope
) -> Participant | None:
    """Return the person with a NIK, looked up by its blind index."""
    statement = (
        select(Participant)
        .join(IdentityClaim, IdentityClaim.participant_id == Participant.id)
        .where(IdentityClaim.nik_index == nik_index, within(scope, Participant))
    )
    return await session.scalar(statement)


async def get_facts(
    session: AsyncSession, participant_id: UUID, *, scope: Scope, host: Place
) -> PersonFacts:
    """Return what eligibility needs to know of a person.

    Whoever runs the class at `host` may ask about anybody; others about those they may see.

    Raises:
        ParticipantUnknownError: when there is none that the caller may ask about.
    """
    statement = select(
        Participant.birth_date,
        Participant.entrant_kind,
        Participant.kind_by_capital,
        Participant.kind_by_sales,
        Participant.home_province_code,
        Participant.home_regency_code,
    ).where(Participant.id == participant_id)
    if not scope.admits(host, write=True):
        statement = statement.where(within(scope, Participant))
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise ParticipantUnknownError
    return PersonFacts(*found)
