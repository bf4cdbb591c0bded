"""Reads of a space and of what is ahead of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.bookings.queries import ENDS, HOLDING, STARTS
from services.registry.bookings.rules import Span
from services.registry.bookings.tables import Booking, BookingSlot
from services.registry.space_changes.rules import ClosureNotFoundError
from services.registry.spaces.rules import SpaceNotFoundError
from services.registry.spaces.tables import Space
from shared.db.within import within
from shared.schemas.registry import BookingPurpose
from shared.scope import Scope

_NAMED_AT_MOST = 200


async def get_space(session: AsyncSession, space_id: UUID) -> Space:
    """Return one space.

    Raises:
        SpaceNotFoundError: when there is none of this id.
    """
    space = await session.get(Space, space_id)
    if space is None:
        raise SpaceNotFoundError
    return space


async def get_space_for_change(session: AsyncSession, space_id: UUID, *, scope: Scope) -> Space:
    """Return one space that the caller may change, locked: nobody is given it meanwhile.

    Raises:
        SpaceNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = (
        select(Space, within(scope, Space, write=True).label("admitted"))
        .where(Space.id == space_id)
        .with_for_update(key_share=True)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise SpaceNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    space: Space = row.Space
    return space


async def people_to_come(
    session: AsyncSession, space_ids: Iterable[UUID], *, now: datetime
) -> dict[UUID, int]:
    """Return the people of the fullest booking that has each of some spaces from now on, if any."""
    statement = (
        select(BookingSlot.space_id, func.max(Booking.people).label("people"))
        .join(Booking, Booking.id == BookingSlot.booking_id)
        .where(
            BookingSlot.space_id == any_(literal(list(space_ids), ARRAY(Uuid()))),
            HOLDING,
            BookingSlot.purpose != BookingPurpose.CLOSURE,
            BookingSlot.during.overlaps(Range(now, None)),
        )
        .group_by(BookingSlot.space_id)
    )
    rows = (await session.execute(statement)).all()
    return {row.space_id: row.people for row in rows}


async def ranges_to_come(session: AsyncSession, space_id: UUID, *, now: datetime) -> Sequence[Span]:
    """Return the first ranges at which somebody has the space from now on, in order."""
    statement = (
        select(STARTS, ENDS)
        .where(
            BookingSlot.space_id == space_id,
            HOLDING,
            BookingSlot.purpose != BookingPurpose.CLOSURE,
            BookingSlot.during.overlaps(Range(now, None)),
        )
        .order_by(STARTS)
        .limit(_NAMED_AT_MOST)
    )
    return [Span(*row) for row in (await session.execute(statement)).all()]


async def list_closures(
    session: AsyncSession, space_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Booking]:
    """Return up to `limit` closures of a space that follow `after`, in order."""
    order = (Booking.starts_at, Booking.id)
    statement = (
        select(Booking)
        .where(Booking.space_id == space_id, Booking.purpose == BookingPurpose.CLOSURE)
        .order_by(*order)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(*order) > after)
    return (await session.scalars(statement)).all()


async def get_closure_for_change(
    session: AsyncSession, space_id: UUID, closure_id: UUID
) -> Booking:
    """Return one closure of a space, locked until the transaction ends.

    Raises:
        ClosureNotFoundError: when the space has none of this id.
    """
    statement = (
        select(Booking)
        .where(
            Booking.id == closure_id,
            Booking.space_id == space_id,
            Booking.purpose == BookingPurpose.CLOSURE,
        )
        .with_for_update()
    )
    closure = (await session.scalars(statement)).one_or_none()
    if closure is None:
        raise ClosureNotFoundError
    return closure
