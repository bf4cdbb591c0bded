"""Changes to spaces that others may have booked, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.bookings.operations import Wanted, new_booking, store
from services.registry.bookings.queries import ENDS, clashes_of
from services.registry.bookings.rules import Span, check_turn, pieces
from services.registry.bookings.tables import Booking, BookingSlot
from services.registry.space_changes import queries, rules
from services.registry.space_changes.schemas import ClosureCreate
from services.registry.spaces.operations import stated
from services.registry.spaces.rules import SpaceClosedError, SpaceNameTakenError
from services.registry.spaces.schemas import SpaceChange
from services.registry.spaces.tables import Space
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.schemas.registry import (
    BookingPurpose,
    BookingState,
    SlotState,
    SpaceClosure,
    SpaceStated,
    Topic,
)
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "uq_space_facility_id_name": SpaceNameTakenError,
}


async def correct_space(
    session: AsyncSession, space: Space, change: SpaceChange, *, now: datetime
) -> None:
    """Change the facts that the patch names of a locked space.

    Raises:
        SpaceClosedError: when it is closed.
        CapacityBookedError: when it would not hold those who are coming.
        SpaceNameTakenError: when the facility has a space of this name.
    """
    if space.closed_at is not None:
        raise SpaceClosedError
    wanted = change.model_dump(exclude_unset=True)
    changed = {name: value for name, value in wanted.items() if getattr(space, name) != value}
    if not changed:
        return
    if "capacity" in changed:
        people = await queries.people_to_come(session, [space.id], now=now)
        rules.check_capacity(changed["capacity"], people=people.get(space.id))
    for name, value in changed.items():
        setattr(space, name, value)
    space.version += 1
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit_all(session, Event, [stated(space, now=now)])


async def close_space(
    session: AsyncSession, space_id: UUID, *, scope: Scope, now: datetime
) -> Space:
    """Close a space for good; requests for it can no longer be approved.

    Raises:
        SpaceNotFoundError, OutOfScopeError: when it is not the caller's to close.
        SpaceClosedError: when it is closed already.
        SpaceBookedError: when somebody has it for times to come.
    """
    space = await queries.get_space_for_change(session, space_id, scope=scope)
    if space.closed_at is not None:
        raise SpaceClosedError
    booked = await queries.ranges_to_come(session, space.id, now=now)
    if booked:
        raise rules.booked(booked)
    space.closed_at = now
    space.version += 1
    await session.flush()
    event = SpaceStated(space_id=space.id, facility_id=space.facility_id, capacity=space.capacity)
    draft = Draft(
        topic=Topic.SPACE_CLOSED,
        stream_id=space.id,
        event=event,
        place=place_of(space),
        occurred_at=now,
        version=space.version,
    )
    await emit_all(session, Event, [draft])
    return space


async def take_out_of_service(
    session: AsyncSession, space_id: UUID, body: ClosureCreate, *, scope: Scope, now: datetime
) -> Booking:
    """Take a space out of service for a time; the bookings that stand in the way are named.

    Raises:
        SpaceNotFoundError, OutOfScopeError: when it is not the caller's.
        SpaceClosedError: when it is closed for good.
        SlotInvalidError, SlotCountError: when the range is not sound.
        SpaceBookedError: when somebody has it in that time.
        BookingIdTakenError: when the id is in use.
    """
    space = await queries.get_space_for_change(session, space_id, scope=scope)
    if space.closed_at is not None:
        raise SpaceClosedError
    spans = pieces(Span(body.starts_at, body.ends_at))
    clashes = await clashes_of(session, space.id, spans)
    if clashes:
        raise rules.booked(clashes)
    wanted = Wanted(
        id=body.id,
        space_id=space.id,
        ministry=space.owner_ministry,
        purpose=BookingPurpose.CLOSURE,
        people=0,
        spans=spans,
    )
    closure = new_booking(session, space, wanted, now=now)
    closure.state, closure.reason = BookingState.APPROVED, body.reason
    await store(session, closure, spans, state=SlotState.APPROVED)
    await emit_all(session, Event, [_closure(closure, Topic.SPACE_CLOSURE_STATED, now=now)])
    return closure


async def put_back_in_service(
    session: AsyncSession, space_id: UUID, closure_id: UUID, *, scope: Scope, now: datetime
) -> Booking:
    """Give a space back for what is left of a closure; what is over stays.

    Raises:
        SpaceNotFoundError, OutOfScopeError: when it is not the caller's.
        ClosureNotFoundError: when the space has none of this id.
        BookingStateRefusedError: when it was ended already.
    """
    space = await queries.get_space_for_change(session, space_id, scope=scope)
    closure = await queries.get_closure_for_change(session, space.id, closure_id)
    check_turn(present=closure.state, wanted=BookingState.CANCELLED)
    closure.state, closure.version = BookingState.CANCELLED, closure.version + 1
    await session.execute(
        update(BookingSlot)
        .where(BookingSlot.booking_id == closure.id, now < ENDS)
        .values(state=SlotState.CANCELLED)
    )
    await session.flush()
    await emit_all(session, Event, [_closure(closure, Topic.SPACE_CLOSURE_ENDED, now=now)])
    return closure


def _closure(closure: Booking, topic: Topic, *, now: datetime) -> Draft:
    return Draft(
        topic=topic,
        stream_id=closure.id,
        event=SpaceClosure(
            closure_id=closure.id,
            space_id=closure.space_id,
            facility_id=closure.facility_id,
            starts_at=closure.starts_at,
            ends_at=closure.ends_at,
        ),
        place=place_of(closure),
        occurred_at=now,
        version=closure.version,
    )
