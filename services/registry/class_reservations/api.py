"""HTTP face of class reservations, for enrollment."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from services.registry.base import Idempotency
from services.registry.bookings import rules as bookings
from services.registry.class_checks import rules as checks
from services.registry.class_reservations import operations, rules
from services.registry.engagements.rules import InstructorEngagedError
from services.registry.facilities.rules import FacilityMergedError
from services.registry.instructors.rules import UNFIT
from services.registry.spaces.rules import SpaceClosedError
from shared.schemas.registry import (
    ClassReservation,
    ClassReservationState,
    ClassReserved,
    ReservationNamed,
    ReservationRead,
    ReserveMode,
)
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/class-reservations", tags=["class-checks"])

ClassId = Annotated[UUID, Path(description="The class, which need not exist yet.")]
Reserver = Annotated[Caller, Depends(Requires(Permission.CLASS_CHECK))]

_ID: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_EXAMPLE: Final = {
    "facility_id": _ID,
    "space_id": _ID,
    "agreement_id": _ID,
    "module_id": _ID,
    "instructor_ids": [_ID],
    "starts_on": "2027-01-15",
    "starts_at": "2027-01-15T01:00:00Z",
    "ministry": "MANPOWER",
    "people": 16,
}
NamedBody = Annotated[ReservationNamed, Body(examples=[{"booking_id": _ID}])]


@router.put(
    "/{class_id}",
    responses=problems(
        checks.FacilityUnknownError,
        FacilityMergedError,
        checks.FacilityNotActiveError,
        checks.SpaceUnknownError,
        checks.AgreementUnknownError,
        checks.AgreementNotInForceError,
        checks.AgreementNotCoveringError,
        checks.ModuleUnknownError,
        checks.ModuleNotPublishedError,
        *UNFIT,
        SpaceClosedError,
        bookings.SlotInvalidError,
        bookings.SlotCountError,
        bookings.SlotsOverlapError,
        bookings.OverCapacityError,
        bookings.OutsideHoursError,
        bookings.AgreementMissingError,
        bookings.SpaceTakenError,
        rules.SessionsStartError,
        rules.TimetableImpossibleError,
        InstructorEngagedError,
    ),
)
async def reserve_class(
    *,
    session: SessionDep,
    caller: Reserver,
    now: Now,
    class_id: ClassId,
    body: Annotated[ClassReservation, Body(examples=[_EXAMPLE])],
    mode: Annotated[ReserveMode, Query(description="validate: tell, and change nothing.")] = (
        ReserveMode.COMMIT
    ),
) -> ClassReserved:
    """Give a class its space and its instructors for all its sessions, or refuse it all.

    The same again changes nothing and gets the same answer, so it takes no If-Match; anything else
    takes the place of what the class had. It is held for 15 minutes unless it is confirmed. Without
    `sessions` they are eight lesson hours a day from the first hour on, not on Sundays nor on days
    on which the facility says that it is closed.
    """
    reserve = operations.try_reserve if mode is ReserveMode.VALIDATE else operations.reserve
    return await reserve(session, class_id, body, scope=caller.scope, now=now)


@router.post(
    "/{class_id}/confirm",
    response_model=ReservationRead,
    responses=problems(rules.ClassNotReservedError),
)
async def confirm_class_reservation(
    session: SessionDep,
    _: Reserver,
    once: OnceDep,
    now: Now,
    class_id: ClassId,
    body: NamedBody,
) -> Response:
    """Let a class keep what it holds; 404 says that it lapsed and is to be reserved anew."""

    async def work() -> ReservationRead:
        await operations.confirm(session, class_id, booking_id=body.booking_id, now=now)
        return ReservationRead(
            class_id=class_id,
            booking_id=body.booking_id,
            state=ClassReservationState.CONFIRMED,
        )

    return await answer_once(session, Idempotency, once, work)


@router.post("/{class_id}/release", response_model=ReservationRead)
async def release_class_reservation(
    session: SessionDep,
    _: Reserver,
    once: OnceDep,
    now: Now,
    class_id: ClassId,
    body: NamedBody,
) -> Response:
    """Give up the space and the instructors of a class that was dropped.

    What is over stays as it was. Nothing happens when the reservation is gone, or when the class
    has another one by now.
    """

    async def work() -> ReservationRead:
        await operations.give_up(session, class_id, booking_id=body.booking_id, now=now)
        return ReservationRead(
            class_id=class_id,
            booking_id=body.booking_id,
            state=ClassReservationState.RELEASED,
        )

    return await answer_once(session, Idempotency, once, work)
