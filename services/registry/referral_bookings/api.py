"""HTTP face of the hours of referrals, for enrollment."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response

from services.registry.base import Idempotency
from services.registry.bookings import rules as bookings
from services.registry.referral_bookings import operations, rules
from services.registry.referral_checks.rules import NotProductionHouseError
from services.registry.spaces.rules import SpaceClosedError, SpaceNotFoundError
from shared.schemas.registry import (
    ReferralBooked,
    ReferralBooking,
    ReferralBookingNamed,
    ReferralBookingRead,
    ReferralBookingState,
)
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/referral-bookings", tags=["referrals"])

ReferralId = Annotated[UUID, Path(description="The referral, which enrollment keeps.")]
Booker = Annotated[Caller, Depends(Requires(Permission.REFERRALS_CHECK))]

_ID: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_EXAMPLE: Final = {
    "participant_id": _ID,
    "space_id": _ID,
    "people": 2,
    "slots": [{"starts_at": "2077-02-08T01:00:00Z", "ends_at": "2077-02-08T05:00:00Z"}],
}
NamedBody = Annotated[ReferralBookingNamed, Body(examples=[{"booking_id": _ID}])]


@router.put(
    "/{referral_id}",
    responses=problems(
        SpaceNotFoundError,
        SpaceClosedError,
        NotProductionHouseError,
        bookings.FacilityNotActiveError,
        bookings.SlotInvalidError,
        bookings.SlotCountError,
        bookings.SlotsOverlapError,
        bookings.SlotPastError,
        bookings.OverCapacityError,
        bookings.OutsideHoursError,
        bookings.SpaceTakenError,
    ),
)
async def book_for_referral(
    session: SessionDep,
    caller: Booker,
    now: Now,
    referral_id: ReferralId,
    body: Annotated[ReferralBooking, Body(examples=[_EXAMPLE])],
) -> ReferralBooked:
    """Give a referral hours at a production house, or refuse them all.

    The same again changes nothing and gets the same answer, so it takes no If-Match; anything else
    takes the place of what the referral had. It is held for 15 minutes unless it is confirmed.
    """
    booking = await operations.book(session, referral_id, body, scope=caller.scope, now=now)
    return ReferralBooked(
        referral_id=referral_id,
        booking_id=booking.id,
        facility_id=booking.facility_id,
        hold_until=booking.hold_until,
    )


@router.post(
    "/{referral_id}/confirm",
    response_model=ReferralBookingRead,
    responses=problems(rules.ReferralNotBookedError),
)
async def confirm_referral_booking(
    session: SessionDep,
    _: Booker,
    once: OnceDep,
    now: Now,
    referral_id: ReferralId,
    body: NamedBody,
) -> Response:
    """Let a referral keep its hours; 404 says that they lapsed and are to be booked anew."""

    async def work() -> ReferralBookingRead:
        await operations.confirm(session, referral_id, booking_id=body.booking_id, now=now)
        return ReferralBookingRead(
            referral_id=referral_id,
            booking_id=body.booking_id,
            state=ReferralBookingState.CONFIRMED,
        )

    return await answer_once(session, Idempotency, once, work)


@router.post("/{referral_id}/release", response_model=ReferralBookingRead)
async def release_referral_booking(
    session: SessionDep,
    _: Booker,
    once: OnceDep,
    now: Now,
    referral_id: ReferralId,
    body: NamedBody,
) -> Response:
    """Give up the hours of a referral that came to nothing.

    What is over stays as it was. Nothing happens when the booking is gone, or when the referral has
    another one by now.
    """

    async def work() -> ReferralBookingRead:
        await operations.release(session, referral_id, booking_id=body.booking_id, now=now)
        return ReferralBookingRead(
            referral_id=referral_id,
            booking_id=body.booking_id,
            state=ReferralBookingState.RELEASED,
        )

    return await answer_once(session, Idempotency, once, work)
