"""The recording of needs, their reading, and their removal."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.accommodation_needs import queries, rules
from services.enrollment.accommodation_needs.schemas import NeedCreate, NeedSealed, SeatNeed
from services.enrollment.accommodation_needs.tables import AccommodationNeed
from services.enrollment.attendance.rules import masked_name
from services.enrollment.base import Audit, Event
from services.enrollment.identities.rules import NikKeys
from services.enrollment.participants.rules import place_of
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import Sealed, open_each, seal_for
from shared.db.audit import note_reads
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import NeedMoved, Topic

_READ = "participant.needs.read"


async def record_need(
    session: AsyncSession,
    person: Participant,
    body: NeedCreate,
    *,
    keys: NikKeys,
    now: datetime,
) -> AccommodationNeed:
    """Seal what somebody needs under that person's own key.

    Raises:
        PersonErasedError: when the person's data were erased.
    """
    need_id = new_id()
    told = NeedSealed(kind=body.kind, note=body.note).model_dump_json().encode()
    need = AccommodationNeed(
        participant_id=person.id,
        id=need_id,
        sealed=await seal_for(session, keys, person.id, rules.sealed_in(need_id), told),
        consent_version=body.consent_version,
        recorded_at=now,
        recorded_by=session.info["actor"].name,
    )
    session.add(need)
    await session.flush()
    await _tell(session, person, need_id, Topic.NEED_RECORDED, now=now)
    return need


async def remove_need(
    session: AsyncSession, person: Participant, need_id: UUID, *, now: datetime
) -> None:
    """Take away what somebody no longer needs, for good.

    Raises:
        NeedUnknownError: when the person has no such need.
    """
    await session.delete(await queries.get_need(session, person.id, need_id))
    await session.flush()
    await _tell(session, person, need_id, Topic.NEED_REMOVED, now=now)


async def open_needs(
    session: AsyncSession, needs: Sequence[AccommodationNeed], *, keys: NikKeys
) -> list[NeedSealed | None]:
    """Return what is sealed of needs; None where the person's data were erased."""
    opened = await open_each(
        session,
        keys,
        [Sealed(each.participant_id, rules.sealed_in(each.id), each.sealed) for each in needs],
    )
    return [None if each is None else NeedSealed.model_validate_json(each) for each in opened]


async def read_needs(
    session: AsyncSession, participant_id: UUID, *, keys: NikKeys, himself: bool
) -> list[tuple[AccommodationNeed, NeedSealed | None]]:
    """Return the needs of a person whom the caller may see; unless it is himself, note it."""
    found = await queries.list_needs(session, participant_id)
    if not himself:
        await note_reads(session, Audit, action=_READ, subject_ids=[participant_id])
    return list(zip(found, await open_needs(session, found, keys=keys), strict=True))


async def read_needs_of_class(
    session: AsyncSession, class_id: UUID, *, keys: NikKeys
) -> list[SeatNeed]:
    """Return what those who hold a seat need, and note for each of them that it was read."""
    found = await queries.needs_of_class(session, class_id)
    needs = [row[2] for row in found]
    people = sorted({each.participant_id for each in needs})
    await note_reads(
        session, Audit, action=_READ, subject_ids=people, detail={"class_id": str(class_id)}
    )
    opened = await open_needs(session, needs, keys=keys)
    return [
        SeatNeed(
            enrollment_id=enrollment_id,
            masked_name=masked_name(name),
            kind=told.kind,
            note=told.note,
        )
        for (enrollment_id, name, _), told in zip(found, opened, strict=True)
        if told is not None
    ]


async def _tell(
    session: AsyncSession, person: Participant, need_id: UUID, topic: Topic, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=person.id,
        event=NeedMoved(participant_id=person.id, need_id=need_id),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
