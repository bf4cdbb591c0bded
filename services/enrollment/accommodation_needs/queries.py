"""Reads of accommodation needs."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.accommodation_needs.rules import NeedUnknownError
from services.enrollment.accommodation_needs.tables import AccommodationNeed
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.participants.rules import ParticipantUnknownError
from services.enrollment.participants.tables import Participant
from shared.db.within import within
from shared.schemas.enrollment import HOLDS_SEAT
from shared.scope import Scope

# Nobody has more, and no class; the lists are told whole.
_MOST: Final = 50
_MOST_OF_CLASS: Final = 1_000


async def get_entrusted(
    session: AsyncSession, participant_id: UUID, *, scope: Scope, write: bool = False
) -> Participant:
    """Return a person whose needs the caller may know: himself, an office's, or a host's.

    A host is entrusted with the needs of those who hold a seat in a class of its own.

    Raises:
        ParticipantUnknownError: when there is none that the caller may know of.
    """
    hosted = select(Enrollment.id).where(
        Enrollment.participant_id == participant_id,
        Enrollment.state.in_(HOLDS_SEAT),
        within(scope, Enrollment, write=True),
    )
    statement = select(Participant).where(
        Participant.id == participant_id,
        or_(within(scope, Participant, write=write), hosted.exists()),
    )
    found = await session.scalar(statement.with_for_update() if write else statement)
    if found is None:
        raise ParticipantUnknownError
    return found


async def list_needs(session: AsyncSession, participant_id: UUID) -> Sequence[AccommodationNeed]:
    """Return the needs of a person whom the caller may see, the latest first."""
    statement = (
        select(AccommodationNeed)
        .where(AccommodationNeed.participant_id == participant_id)
        .order_by(AccommodationNeed.id.desc())
        .limit(_MOST)
    )
    return (await session.scalars(statement)).all()


async def get_need(session: AsyncSession, participant_id: UUID, need_id: UUID) -> AccommodationNeed:
    """Return a need of a person.

    Raises:
        NeedUnknownError: when the person has no such need.
    """
    found = await session.get(AccommodationNeed, (participant_id, need_id))
    if found is None:
        raise NeedUnknownError
    return found


async def needs_of_class(
    session: AsyncSession, class_id: UUID
) -> Sequence[Row[UUID, str, AccommodationNeed]]:
    """Return the needs of those who hold a seat in a class, with enrollment and name."""
    statement = (
        select(Enrollment.id, Participant.name, AccommodationNeed)
        .join(Participant, Participant.id == Enrollment.participant_id)
        .join(AccommodationNeed, AccommodationNeed.participant_id == Enrollment.participant_id)
        .where(Enrollment.class_id == class_id, Enrollment.state.in_(HOLDS_SEAT))
        .order_by(Enrollment.id, AccommodationNeed.id)
        .limit(_MOST_OF_CLASS)
    )
    return (await session.execute(statement)).all()
