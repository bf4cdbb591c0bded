"""HTTP face of single slots, and of when a space is taken."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.booking_slots import operations
from services.registry.bookings import queries, rules
from services.registry.bookings.api import (
    NOT_DECIDED,
    BookingId,
    Decider,
    Requester,
    answer_change,
)
from services.registry.bookings.rules import Span
from services.registry.bookings.schemas import BookingDetail, BusyKind, BusyRead
from services.registry.spaces.rules import SpaceNotFoundError
from shared.schemas.paging import Page
from shared.schemas.registry import BookingPurpose, SlotState
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, OnceRequest
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/bookings", tags=["booking-slots"])
calendar_router = APIRouter(prefix="/spaces", tags=["booking-slots"])

SpaceId = Annotated[UUID, Path(description="The space's identifier.")]
Position = Annotated[int, Path(ge=0, lt=rules.MAX_SLOTS, description="The slot's position.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]

_NOT_TURNED: Final = (*NOT_DECIDED, rules.SlotNotFoundError)


@router.post(
    "/{booking_id}/slots/{position}/use",
    response_model=BookingDetail,
    responses=problems(*_NOT_TURNED, rules.SlotNotBegunError),
)
async def use_slot(
    session: SessionDep,
    caller: Decider,
    once: OnceDep,
    now: Now,
    booking_id: BookingId,
    position: Position,
) -> Response:
    """Say that a slot was used: its hours count as used from then on."""
    return await _turned(session, once, caller, now, (booking_id, position, SlotState.USED))


@router.post(
    "/{booking_id}/slots/{position}/no-show",
    response_model=BookingDetail,
    responses=problems(*_NOT_TURNED, rules.SlotNotBegunError),
)
async def miss_slot(
    session: SessionDep,
    caller: Decider,
    once: OnceDep,
    now: Now,
    booking_id: BookingId,
    position: Position,
) -> Response:
    """Say that nobody came."""
    return await _turned(session, once, caller, now, (booking_id, position, SlotState.NO_SHOW))


@router.post(
    "/{booking_id}/slots/{position}/cancel",
    response_model=BookingDetail,
    responses=problems(
        *_NOT_TURNED, rules.BookingOfClassError, rules.BookingOfReferralError, rules.SlotOverError
    ),
)
async def cancel_slot(
    session: SessionDep,
    caller: Requester,
    once: OnceDep,
    now: Now,
    booking_id: BookingId,
    position: Position,
) -> Response:
    """Cancel one slot; with the last one the booking is cancelled."""
    return await _turned(session, once, caller, now, (booking_id, position, SlotState.CANCELLED))


@calendar_router.get(
    "/{space_id}/calendar",
    responses=problems(SpaceNotFoundError, rules.SlotInvalidError, CursorInvalidError),
)
async def list_busy_times(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    space_id: SpaceId,
    page: PageArgs,
    since: Annotated[AwareDatetime, Query(alias="from", description="From this moment on.")],
    until: Annotated[AwareDatetime, Query(alias="to", description="Until this moment.")],
) -> Page[BusyRead]:
    """List when a space is taken, in order; who has it is not told."""
    await queries.get_site(session, space_id)
    span = rules.in_order([Span(since, until)], longest=rules.LONGEST_SERIES)[0]
    after = None if page.after is None else datetime.fromisoformat(str(page.after[0]))
    rows = await queries.busy_ranges(
        session, space_id, within_span=span, after=after, limit=page.fetch
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [row.starts_at.isoformat()], read=_busy
    )


def _busy(row: Row[datetime, datetime, BookingPurpose]) -> BusyRead:
    closed = row.purpose is BookingPurpose.CLOSURE
    return BusyRead(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        kind=BusyKind.OUT_OF_SERVICE if closed else BusyKind.BOOKED,
    )


async def _turned(
    session: AsyncSession,
    once: OnceRequest,
    caller: Caller,
    now: datetime,
    turn: tuple[UUID, int, SlotState],
) -> Response:
    booking_id, position, wanted = turn
    return await answer_change(
        session,
        once,
        lambda: operations.turn_slot(
            session, booking_id, position, wanted=wanted, scope=caller.scope, now=now
        ),
    )
