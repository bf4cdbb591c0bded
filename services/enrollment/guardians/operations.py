"""The naming of guardians, and its end."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.guardians import queries, rules
from services.enrollment.guardians.schemas import GuardianCreate, GuardianSealed
from services.enrollment.guardians.tables import Guardian
from services.enrollment.identities.rules import NikKeys
from services.enrollment.participants.operations import note_change
from services.enrollment.participants.rules import is_minor, place_of, with_guarding
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import Sealed, open_each, seal_for
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import GuardianMoved, Topic


async def name_guardian(
    session: AsyncSession,
    person: Participant,
    body: GuardianCreate,
    *,
    keys: NikKeys,
    now: datetime,
    today: date,
) -> Guardian:
    """Note who answers for a locked minor and consents; a seat can be confirmed from then on.

    Raises:
        NotAMinorError: when the person is of age.
        PersonErasedError: when the person's data were erased.
    """
    if not is_minor(person.birth_date, on=today):
        raise rules.NotAMinorError
    guardian_id = new_id()
    told = GuardianSealed(name=body.name, relation=body.relation, phone=body.phone)
    guardian = Guardian(
        participant_id=person.id,
        id=guardian_id,
        sealed=await seal_for(
            session,
            keys,
            person.id,
            rules.sealed_in(guardian_id),
            told.model_dump_json().encode(),
        ),
        consent_version=body.consent_version,
        consented_at=now,
        recorded_by=session.info["actor"].name,
    )
    session.add(guardian)
    person.guardian_consent_at = now
    _warn(person, on=today)
    await note_change(session, person, ["guardian"], now=now, today=today)
    await _tell(session, person, guardian, Topic.GUARDIAN_NAMED, now=now)
    return guardian


async def end_guardian(
    session: AsyncSession,
    person: Participant,
    guardian_id: UUID,
    *,
    now: datetime,
    today: date,
) -> Guardian:
    """Note that somebody no longer answers for a locked person; what was sealed stays as evidence.

    Raises:
        GuardianUnknownError: when there is none, or it has ended.
    """
    guardian = await queries.get_guardian(session, person.id, guardian_id)
    guardian.ended_at = now
    await session.flush()
    left = [
        each.consented_at
        for each in await queries.list_guardians(session, person.id)
        if each.ended_at is None
    ]
    person.guardian_consent_at = min(left, default=None)
    _warn(person, on=today)
    await note_change(session, person, ["guardian"], now=now, today=today)
    await _tell(session, person, guardian, Topic.GUARDIAN_ENDED, now=now)
    return guardian


def _warn(person: Participant, *, on: date) -> None:
    person.warnings = with_guarding(
        person.warnings, person.birth_date, person.guardian_consent_at, on=on
    )


async def open_guardians(
    session: AsyncSession, guardians: Sequence[Guardian], *, keys: NikKeys
) -> list[GuardianSealed | None]:
    """Return what is sealed of guardians; None where the person's data were erased."""
    opened = await open_each(
        session,
        keys,
        [Sealed(each.participant_id, rules.sealed_in(each.id), each.sealed) for each in guardians],
    )
    return [None if each is None else GuardianSealed.model_validate_json(each) for each in opened]


async def _tell(
    session: AsyncSession,
    person: Participant,
    guardian: Guardian,
    topic: Topic,
    *,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=person.id,
        event=GuardianMoved(participant_id=person.id, guardian_id=guardian.id),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
