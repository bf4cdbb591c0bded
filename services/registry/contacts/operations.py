"""Changes to contacts and noted reads of them, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Audit, Event
from services.registry.contacts import queries
from services.registry.contacts.rules import check_reachable
from services.registry.contacts.schemas import ContactChange, ContactCreate
from services.registry.contacts.tables import FacilityContact
from services.registry.facilities.operations import of_facility
from services.registry.facilities.queries import (
    get_facility_for_change,
    get_facility_within,
    get_open_facility_for_change,
)
from services.registry.facilities.rules import DetailIdTakenError
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import ContactsChanged, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {"pk_facility_contact": DetailIdTakenError}


async def read_contacts(
    session: AsyncSession, facility_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[FacilityContact]:
    """Return up to `limit` contacts of a facility that follow the id `after`, and note the reading.

    Raises:
        FacilityNotFoundError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    await get_facility_within(session, facility_id, scope=scope)
    await note_read(session, Audit, action="facility.contacts.read", subject_id=facility_id)
    return await queries.list_contacts(session, facility_id, scope=scope, after=after, limit=limit)


async def read_contact(
    session: AsyncSession, facility_id: UUID, contact_id: UUID, *, scope: Scope
) -> FacilityContact:
    """Return one contact, and note the reading.

    Raises:
        ContactNotFoundError: when the facility has none of this id within the caller's scope.
    """
    contact = await queries.get_contact(session, facility_id, contact_id, scope=scope)
    await note_read(session, Audit, action="facility.contacts.read", subject_id=contact.id)
    return contact


async def add_contact(
    session: AsyncSession, facility_id: UUID, body: ContactCreate, *, scope: Scope, now: datetime
) -> FacilityContact:
    """Add a contact to a facility.

    Raises:
        FacilityNotFoundError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
        ContactUnreachableError: when there is neither a number nor an address.
        DetailIdTakenError: when the id is in use.
    """
    facility = await get_open_facility_for_change(session, facility_id, scope=scope)
    check_reachable(phone=body.phone, email=body.email)
    contact = FacilityContact(
        **{**body.model_dump(), "id": body.id or new_id()},
        **of_facility(facility),
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(contact)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, contact, now=now)
    return contact


async def get_contact_for_change(
    session: AsyncSession, facility_id: UUID, contact_id: UUID, *, scope: Scope
) -> FacilityContact:
    """Return one contact that the caller may change, locked.

    Raises:
        FacilityNotFoundError, ContactNotFoundError: when there is none such.
        OutOfScopeError: when the facility lies outside the caller's scope.
    """
    await get_facility_for_change(session, facility_id, scope=scope)
    return await queries.get_contact(session, facility_id, contact_id, scope=scope, for_update=True)


async def change_contact(
    session: AsyncSession, contact: FacilityContact, change: ContactChange, *, now: datetime
) -> None:
    """Change what the patch names of a locked contact; the answer shows her, which is noted.

    Raises:
        ContactUnreachableError: when neither a number nor an address would be left.
    """
    said = change.model_dump(exclude_unset=True)
    kept = {"phone": contact.phone, "email": contact.email}
    check_reachable(**{name: said.get(name, value) for name, value in kept.items()})
    if any(getattr(contact, name) != value for name, value in said.items()):
        for name, value in said.items():
            setattr(contact, name, value)
        contact.version += 1
        contact.updated_at = now
        await session.flush()
        await _tell(session, contact, now=now)
    await note_read(session, Audit, action="facility.contacts.read", subject_id=contact.id)


async def remove_contact(session: AsyncSession, contact: FacilityContact, *, now: datetime) -> None:
    """Forget a locked contact for good, of a closed facility too."""
    contact.version += 1
    await _tell(session, contact, now=now)
    await session.delete(contact)
    await session.flush()


async def _tell(session: AsyncSession, contact: FacilityContact, *, now: datetime) -> None:
    """Tell that a facility's contacts are others now, and nothing of who they are."""
    await emit(
        session,
        Event,
        topic=Topic.FACILITY_CONTACTS_CHANGED,
        stream_id=contact.id,
        event=ContactsChanged(facility_id=contact.facility_id),
        place=place_of(contact),
        occurred_at=now,
        version=contact.version,
    )
