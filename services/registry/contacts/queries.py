"""Reads of contacts, each within a scope: a contact is a person."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.contacts.rules import ContactNotFoundError
from services.registry.contacts.tables import FacilityContact
from shared.db.within import within
from shared.scope import Scope


async def list_contacts(
    session: AsyncSession, facility_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[FacilityContact]:
    """Return up to `limit` contacts of a facility that follow the id `after`.

    They come in the order of their ids: a cursor stands in addresses and must not hold a name.
    """
    statement = (
        select(FacilityContact)
        .where(FacilityContact.facility_id == facility_id, within(scope, FacilityContact))
        .order_by(FacilityContact.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(FacilityContact.id > after)
    return (await session.scalars(statement)).all()


async def get_contact(
    session: AsyncSession,
    facility_id: UUID,
    contact_id: UUID,
    *,
    scope: Scope,
    for_update: bool = False,
) -> FacilityContact:
    """Return one contact of a facility, locked if she may change.

    Raises:
        ContactNotFoundError: when the facility has none of this id within `scope`.
    """
    statement = select(FacilityContact).where(
        FacilityContact.id == contact_id,
        FacilityContact.facility_id == facility_id,
        within(scope, FacilityContact, write=for_update),
    )
    contact = await session.scalar(statement.with_for_update() if for_update else statement)
    if contact is None:
        raise ContactNotFoundError
    return contact
