"""Changes to external references, and the upsert by them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Event
from services.enrollment.external_refs import queries, rules
from services.enrollment.external_refs.schemas import ParticipantUpsert
from services.enrollment.external_refs.tables import ExternalRef
from services.enrollment.identities.rules import check_digits
from services.enrollment.participants.operations import (
    NikPolicy,
    change_participant,
    register_participant,
)
from services.enrollment.participants.queries import find_by_nik, get_for_change
from services.enrollment.participants.rules import check_office, place_of
from services.enrollment.participants.schemas import ParticipantChange
from services.enrollment.participants.tables import Participant
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import emit
from shared.schemas.enrollment import ExternalRefMoved, Topic
from shared.scope import Scope

_REFUSALS: Final = {
    "uq_external_ref_ref": rules.RefTakenError,
    "pk_external_ref": rules.RefTakenError,
}


@dataclass(frozen=True, slots=True)
class Upserted:
    """Whom a key stands for, and what was done."""

    person: Participant
    registered: bool
    changed: bool


async def set_ref(
    session: AsyncSession, person: Participant, *, client: str, ref: str, now: datetime
) -> bool:
    """Let a system call a locked person by its key, in place of the one before; tell if it is new.

    Raises:
        RefPersonalError: when the key could be a NIK.
        RefTakenError: when it is somebody else's.
    """
    rules.check_ref(ref)
    kept = await session.get(ExternalRef, (person.id, client))
    if kept is not None and kept.ref == ref:
        return False
    if kept is None:
        session.add(ExternalRef(participant_id=person.id, client=client, ref=ref, set_at=now))
    else:
        kept.ref, kept.set_at = ref, now
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, person, client, Topic.EXTERNAL_REF_SET, now=now)
    return True


async def remove_ref(
    session: AsyncSession, person: Participant, *, client: str, now: datetime
) -> None:
    """Forget what a system calls a locked person.

    Raises:
        RefUnknownError: when it calls him nothing.
    """
    kept = await session.get(ExternalRef, (person.id, client))
    if kept is None:
        raise rules.RefUnknownError
    await session.delete(kept)
    await session.flush()
    await _tell(session, person, client, Topic.EXTERNAL_REF_REMOVED, now=now)


async def read_by_ref(
    session: AsyncSession, *, client: str, ref: str, scope: Scope
) -> Participant | None:
    """Return the person within the caller's scope whom a system names so, and note the search.

    Raises:
        RefPersonalError: when the key could be a NIK.
    """
    person = await queries.find_by_ref(session, client, rules.check_ref(ref), scope=scope)
    found = None if person is None else person.id
    await note_read(session, Audit, action="participant.search", subject_id=found)
    return person


async def upsert_by_ref(
    session: AsyncSession,
    body: ParticipantUpsert,
    *,
    policy: NikPolicy,
    scope: Scope,
    now: datetime,
    today: date,
) -> Upserted:
    """Change whom a system means by its key, or register that person under it.

    Somebody of the caller's own area who has registered with the same NIK is given the key.

    Raises:
        OfficeOnlyError: when the caller acts for a person and for no office.
        RefPersonalError: when the key could be a NIK.
        RefTakenError: when the key is that of another person than the NIK's.
        ParticipantUnknownError: when the key stands for somebody outside the caller's scope.
        and what `register_participant` raises.
    """
    check_office(scope)
    rules.check_ref(body.ref)
    known = await queries.find_ref(session, body.client, body.ref)
    digits = check_digits(body.participant.nik.get_secret_value())
    index = policy.keys.index_of(digits)
    if known is not None:
        person = await get_for_change(session, known.participant_id, scope=scope)
        _check_same(person, body, index)
        changed = await _change(session, person, body, now=now, today=today)
        return Upserted(person, registered=False, changed=changed)
    there = await find_by_nik(session, index, scope=scope)
    if there is not None:
        person = await get_for_change(session, there.id, scope=scope)
        _check_same(person, body, index)
        await _change(session, person, body, now=now, today=today)
        await set_ref(session, person, client=body.client, ref=body.ref, now=now)
        return Upserted(person, registered=False, changed=True)
    person = await register_participant(
        session, body=body.participant, policy=policy, scope=scope, now=now, today=today
    )
    await set_ref(session, person, client=body.client, ref=body.ref, now=now)
    return Upserted(person, registered=True, changed=True)


def _check_same(person: Participant, body: ParticipantUpsert, index: bytes) -> None:
    told = body.participant
    same = (index, told.birth_date, told.sex) == (person.nik_index, person.birth_date, person.sex)
    if not same or told.id not in (None, person.id):
        raise rules.RefTakenError


async def _change(
    session: AsyncSession,
    person: Participant,
    body: ParticipantUpsert,
    *,
    now: datetime,
    today: date,
) -> bool:
    told = body.participant.model_dump(
        exclude_unset=True, include=set(ParticipantChange.model_fields)
    )
    return await change_participant(
        session, person, ParticipantChange.model_validate(told), now=now, today=today
    )


async def _tell(
    session: AsyncSession, person: Participant, client: str, topic: Topic, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=person.id,
        event=ExternalRefMoved(participant_id=person.id, client=client),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
