"""HTTP face of bookings, and of what is busy in a space."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.bookings import operations, queries, rules
from services.registry.bookings.queries import BookingFilter
from services.registry.bookings.schemas import (
    BookingCreate,
    BookingDetail,
    BookingRead,
    Decision,
    SlotRead,
)
from services.registry.bookings.tables import Booking
from services.registry.spaces.rules import SpaceClosedError, SpaceNotFoundError
from shared.schemas.paging import Page
from shared.schemas.registry import BookingState
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, OnceRequest, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/bookings", tags=["bookings"])

BookingId = Annotated[UUID, Path(description="The booking's identifier.")]
BookingReader = Annotated[Caller, Depends(Requires(Permission.BOOKINGS_READ))]
Requester = Annotated[Caller, Depends(Requires(Permission.BOOKINGS_REQUEST))]
Decider = Annotated[Caller, Depends(Requires(Permission.BOOKINGS_DECIDE))]

_EXAMPLE: Final = {
    "space_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12",
    "ministry": "MSME",
    "purpose": "MINISTRY",
    "people": 16,
    "repeat": {
        "weekdays": [1, 2, 3, 4, 5],
        "from": "2027-05-03",
        "to": "2027-05-14",
        "starts": "08:00",
        "ends": "16:00",
    },
}
_REASON: Final = {"reason": "Ruang diperbaiki."}
_NOT_GIVEN: Final = (
    SpaceClosedError,
    rules.FacilityNotActiveError,
    rules.OverCapacityError,
    rules.OutsideHoursError,
    rules.AgreementMissingError,
    rules.SpaceTakenError,
)
NOT_DECIDED: Final = (
    rules.BookingNotFoundError,
    OutOfScopeError,
    rules.BookingStateRefusedError,
)


async def _wanted(
    facility_id: Annotated[UUID | None, Query(description="A facility.")] = None,
    space_id: Annotated[UUID | None, Query(description="A space.")] = None,
    state: Annotated[
        list[BookingState] | None, Query(description="One or more, each by itself.")
    ] = None,
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="Those that end after it.")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Those that begin before it.")
    ] = None,
) -> BookingFilter:
    return BookingFilter(facility_id, space_id, tuple(state or ()), since, until)


@router.get("", responses=problems(CursorInvalidError))
async def list_bookings(
    request: Request,
    session: SessionDep,
    caller: BookingReader,
    page: PageArgs,
    wanted: Annotated[BookingFilter, Depends(_wanted)],
) -> Page[BookingRead]:
    """List bookings within the caller's scope, or by its ministry, in the order of their start."""
    after = None
    if page.after is not None:
        after = (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
    rows = await queries.list_bookings(
        session, wanted, scope=caller.scope, after=after, limit=page.fetch
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.starts_at.isoformat(), str(row.id)],
        read=BookingRead,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=BookingDetail,
    responses=problems(
        SpaceNotFoundError,
        OutOfScopeError,
        rules.SlotInvalidError,
        rules.SlotCountError,
        rules.SlotsOverlapError,
        rules.SlotPastError,
        rules.BookingIdTakenError,
        rules.ClassBookedError,
        *_NOT_GIVEN,
    ),
)
async def request_booking(
    session: SessionDep,
    caller: Requester,
    once: OnceDep,
    now: Now,
    body: Annotated[BookingCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Ask for a space on behalf of a ministry; who decides is whose space it is."""

    async def work() -> BookingDetail:
        booking = await operations.request_booking(session, body, scope=caller.scope, now=now)
        return await detail_of(session, booking)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda booking: f"/v1/bookings/{booking.id}",
        etag=lambda booking: etag_of(booking.version),
    )


@router.get(
    "/{booking_id}",
    response_model=BookingDetail,
    responses={**problems(rules.BookingNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_booking(
    request: Request, session: SessionDep, caller: BookingReader, booking_id: BookingId
) -> Response:
    """Return one booking with its slots."""
    booking = await queries.get_booking(session, booking_id, scope=caller.scope)
    etag = etag_of(booking.version)
    unchanged = not_modified(request, etag)
    if unchanged is not None:
        return unchanged
    detail = await detail_of(session, booking)
    return Response(detail.model_dump_json(), media_type="application/json", headers={"ETag": etag})


@router.post(
    "/{booking_id}/approve",
    response_model=BookingDetail,
    responses=problems(*NOT_DECIDED, *_NOT_GIVEN),
)
async def approve_booking(
    session: SessionDep, caller: Decider, once: OnceDep, now: Now, booking_id: BookingId
) -> Response:
    """Give the space for all slots asked for; of several requests for one time only one wins."""
    return await answer_change(
        session,
        once,
        lambda: operations.approve_booking(session, booking_id, scope=caller.scope, now=now),
    )


@router.post("/{booking_id}/refuse", response_model=BookingDetail, responses=problems(*NOT_DECIDED))
async def refuse_booking(
    session: SessionDep,
    caller: Decider,
    once: OnceDep,
    now: Now,
    booking_id: BookingId,
    body: Annotated[Decision, Body(examples=[_REASON])],
) -> Response:
    """Refuse a request, with the reason."""
    return await answer_change(
        session,
        once,
        lambda: operations.refuse_booking(
            session, booking_id, reason=body.reason, scope=caller.scope, now=now
        ),
    )


@router.post(
    "/{booking_id}/cancel",
    response_model=BookingDetail,
    responses=problems(
        rules.BookingNotFoundError,
        rules.BookingStateRefusedError,
        rules.BookingOfClassError,
        rules.BookingOfReferralError,
        rules.SlotOverError,
    ),
)
async def cancel_booking(
    session: SessionDep,
    caller: Requester,
    once: OnceDep,
    now: Now,
    booking_id: BookingId,
    body: Annotated[Decision, Body(examples=[_REASON])],
) -> Response:
    """Cancel all slots that are not over; those who use the space and those who own it may.

    What a class has reserved goes with the class.
    """
    return await answer_change(
        session,
        once,
        lambda: operations.cancel_booking(
            session, booking_id, reason=body.reason, scope=caller.scope, now=now
        ),
    )


async def detail_of(session: AsyncSession, booking: Booking) -> BookingDetail:
    """Return a booking with its slots."""
    slots = await queries.slots_of(session, booking.id)
    read = BookingRead.model_validate(booking)
    return BookingDetail(
        **read.model_dump(exclude={"ministry"}),
        co_ministry=read.ministry,
        slots=[SlotRead.model_validate(slot) for slot in slots],
    )


async def answer_change(
    session: AsyncSession, once: OnceRequest, change: Callable[[], Awaitable[Booking]]
) -> Response:
    """Answer with the booking as `change` leaves it."""

    async def work() -> BookingDetail:
        return await detail_of(session, await change())

    return await answer_once(
        session, Idempotency, once, work, etag=lambda booking: etag_of(booking.version)
    )
