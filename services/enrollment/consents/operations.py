"""Consents given and withdrawn; what was said before is kept."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Event
from services.enrollment.consents import rules
from services.enrollment.participants.rules import Purpose, place_of
from services.enrollment.participants.tables import Participant
from services.enrollment.restrictions.operations import restrict_person
from services.enrollment.restrictions.rules import Restricted
from shared.db.audit import note_read
from shared.db.events import emit
from shared.schemas.enrollment import ConsentStated, Topic


async def state_consent(
    session: AsyncSession,
    person: Participant,
    *,
    purpose: Purpose,
    given: bool,
    version: str,
    now: datetime,
) -> None:
    """Record what a locked person says of a purpose; it counts from this moment on.

    Whoever withdraws the consent on which seat and selection rest is no longer processed at all.

    Raises:
        ConsentUnneededError: when the purpose does not rest on consent.
        ConsentUnchangedError: when it stands so already.
    """
    standing = rules.standing_of(purpose, person.legal_basis, person.consents)
    rules.check_said(standing, given=given, version=version)
    said = {
        "purpose": purpose.value,
        "given": given,
        "version": version,
        "at": now.isoformat(),
    }
    person.consents = [*person.consents, said]
    person.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.CONSENT_STATED,
        stream_id=person.id,
        event=ConsentStated(
            participant_id=person.id, purpose=purpose.value, given=given, version=version
        ),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
        version=person.version,
    )
    if purpose is Purpose.SEAT_AND_SELECTION and not given:
        await restrict_person(session, person, reason=Restricted.CONSENT_WITHDRAWN, now=now)


async def note_consents_read(session: AsyncSession, person: Participant, *, himself: bool) -> None:
    """Note that somebody else has read what a person consents to."""
    if not himself:
        await note_read(session, Audit, action="participant.consents.read", subject_id=person.id)


async def note_paper(session: AsyncSession, person: Participant, sha256: str) -> None:
    """Note by which paper an office says what a person consents to."""
    await note_read(
        session,
        Audit,
        action="participant.consent.paper",
        subject_id=person.id,
        detail={"sha256": sha256},
    )
