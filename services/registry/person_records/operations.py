"""The reading and the erasure of what the registry keeps of a person."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Audit, Event
from services.registry.bookings.tables import Booking
from services.registry.incubators.tables import IncubatorTenant
from services.registry.person_records.queries import rows_of
from services.registry.person_records.rules import READINGS
from services.registry.person_records.tables import PersonErasure
from shared.db.audit import note_read
from shared.db.doings import page_of_doings
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import Doings, DoingsAsked, PersonRecords
from shared.schemas.registry import PersonUnlinked, Topic
from shared.scope import Place


async def read_records(session: AsyncSession, participant_id: UUID) -> PersonRecords:
    """Return all that is kept of a person, and note that it was read."""
    records = await rows_of(session, participant_id)
    await note_read(session, Audit, action="person.records.read", subject_id=participant_id)
    return PersonRecords(service="registry", records=records)


async def erase_person(
    session: AsyncSession, participant_id: UUID, *, now: datetime
) -> PersonErasure:
    """Let a person's bookings and tenancies go by an id that is nobody's; told again, nothing.

    The figures of spaces and incubators stay as they are.
    """
    done = await session.get(PersonErasure, participant_id)
    if done is not None:
        return done
    nobody = new_id()
    bookings = update(Booking).where(Booking.participant_id == participant_id)
    tenants = update(IncubatorTenant).where(IncubatorTenant.participant_id == participant_id)
    changed = {
        "booking": bookings.values(participant_id=nobody, reason=None, version=Booking.version + 1),
        "incubator_tenant": tenants.values(
            participant_id=nobody, business_ref=None, version=IncubatorTenant.version + 1
        ),
    }
    rows: dict[str, int] = {}
    for name, statement in changed.items():
        result = await session.execute(statement.execution_options(synchronize_session=False))
        rows[name] = cast("CursorResult[Any]", result).rowcount
    erasure = PersonErasure(participant_id=participant_id, rows=rows, erased_at=now)
    session.add(erasure)
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.PERSON_UNLINKED,
        stream_id=participant_id,
        event=PersonUnlinked(participant_id=participant_id, rows=rows),
        place=Place(participant_id=participant_id),
        occurred_at=now,
    )
    return erasure


async def find_doings(session: AsyncSession, asked: DoingsAsked) -> Doings:
    """Return a page of whose data somebody read or changed here."""
    found = await page_of_doings(session, Audit, Event, asked, actions=READINGS)
    return Doings(service="registry", doings=found)
