"""The beginning and the end of a restriction."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.participants.rules import place_of
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.queries import get_wrapped
from services.enrollment.person_keys.rules import PersonErasedError
from services.enrollment.restrictions.rules import Lifted, NotRestrictedError, Restricted
from shared.db.events import emit
from shared.schemas.enrollment import RestrictionMoved, Topic


async def restrict_person(
    session: AsyncSession, person: Participant, *, reason: Restricted, now: datetime
) -> bool:
    """Stop the processing of a locked person's data; tell whether it was not stopped before."""
    if person.restricted_at is not None:
        return False
    person.restricted_at = now
    person.version += 1
    await session.flush()
    await _tell(session, person, Topic.PARTICIPANT_RESTRICTED, reason=reason, now=now)
    return True


async def lift_restriction(
    session: AsyncSession, person: Participant, *, reason: Lifted, now: datetime
) -> None:
    """Let a locked person's data be processed again.

    Raises:
        PersonErasedError: when the person was erased: that is for good.
        NotRestrictedError: when there is no restriction.
    """
    if (await get_wrapped(session, [person.id])).get(person.id, person) is None:
        raise PersonErasedError
    if person.restricted_at is None:
        raise NotRestrictedError
    person.restricted_at = None
    person.version += 1
    await session.flush()
    await _tell(session, person, Topic.RESTRICTION_LIFTED, reason=reason, now=now)


async def _tell(
    session: AsyncSession,
    person: Participant,
    topic: Topic,
    *,
    reason: Restricted | Lifted,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=person.id,
        event=RestrictionMoved(
            participant_id=person.id,
            restricted_at=person.restricted_at,
            reason=reason.value,
        ),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
        version=person.version,
    )
