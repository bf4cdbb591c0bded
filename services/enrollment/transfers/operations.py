"""Moving people between classes, within the caller's transaction."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.operations import (
    Move,
    enter_class,
    lock_enrollment,
    move_enrollments,
    new_enrollment,
    next_admitted,
    promote_waiting,
)
from services.enrollment.enrollments.queries import deadline_in, get_enrollment, niks_of
from services.enrollment.enrollments.rules import (
    EnrollmentIdTakenError,
    SelectionPendingError,
    WindowNotOpenError,
    check_state_change,
    promotion_open,
    selection_pending,
)
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.offers.rules import check_in_time
from services.enrollment.participants.queries import check_guarded
from services.enrollment.quotas.operations import lock_quotas
from services.enrollment.quotas.rules import check_admitted, traits_of
from services.enrollment.sheets.queries import has_attended
from services.enrollment.transfers import rules
from services.enrollment.transfers.schemas import TransferOrder
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import ZONES, check_not_cancelled
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentState, Topic
from shared.schemas.registry import TimeZone
from shared.scope import Scope

# What goes with the person into the other class.
_KEPT: Final = ("participant_id", "age_band", "application_id", "applied")


async def transfer_enrollment(
    session: AsyncSession,
    *,
    scope: Scope,
    class_id: UUID,
    enrollment_id: UUID,
    order: TransferOrder,
    now: datetime,
) -> Enrollment:
    """Close an enrollment and open another in a class of the programme that has a seat.

    The seat that comes free goes to the next who waits for it. Return the new enrollment.

    Raises:
        EnrollmentUnknownError, ClassUnknownError: when there is no such enrollment or class.
        OutsideScopeError: when the scope may not write either of the two.
        SameClassError, OtherProgramError: when the classes do not fit.
        EnrollmentStateError: when the enrollment has ended.
        OfferExpiredError: when it is an offer whose deadline has passed.
        RollCalledError: when the roll has been called for the person.
        SelectionPendingError, WindowNotOpenError, ClassNotOpenError, WaveCancelledError: when
            nobody can join the other class.
        GuardianMissingError: when somebody under 18 would be seated without a guardian's consent.
        NoFreeSeatError, OthersWaitError, QuotaFullError: when it has no seat for the person.
        EnrollmentIdTakenError: when the id is in use in the other class.
    """
    source, target, row = await _locked(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id, to=order.class_id
    )
    check_state_change(present=row.state, wanted=EnrollmentState.TRANSFERRED)
    if row.state is EnrollmentState.OFFERED:
        check_in_time(row.confirm_by, now=now)
    rules.check_not_called(
        presence=row.presence, attended=await has_attended(session, class_id, enrollment_id)
    )
    await _check_target(session, target, now=now)
    identifier = order.id or new_id()
    if await session.get(Enrollment, (target.id, identifier)) is not None:
        raise EnrollmentIdTakenError(pointer="/id")
    state, until = rules.state_after(
        row.state, confirm_by=row.confirm_by, last=deadline_in(target, now=now), now=now
    )
    await _check_guarded(session, row, seated=state is EnrollmentState.SEATED, now=now)
    await lock_quotas(session, {source.wave_id, target.wave_id}, now=now)
    out = Move(row, Topic.TRANSFERRED_OUT, state=EnrollmentState.TRANSFERRED, reason=order.reason)
    await move_enrollments(session, class_=source, moves=[out], now=now)
    quotas = await lock_quotas(session, [target.wave_id], now=now)
    check_admitted(quotas, traits_of(row), wave_id=target.wave_id, now=now)
    entered = new_enrollment(
        target,
        identifier,
        row,
        state=state,
        now=now,
        **{name: getattr(row, name) for name in _KEPT},
        confirm_by=until,
        transferred_from_class_id=source.id,
        transferred_from_id=row.id,
    )
    await _point_claim(session, row, entered)
    await enter_class(session, class_=target, rows=[entered], topic=Topic.TRANSFERRED_IN, now=now)
    await promote_waiting(session, class_=source, now=now)
    await session.flush()
    return entered


async def _check_guarded(
    session: AsyncSession, row: Enrollment, *, seated: bool, now: datetime
) -> None:
    """Refuse to seat a minor who had no seat before a guardian has consented."""
    if seated and row.state is not EnrollmentState.SEATED:
        today = now.astimezone(ZONES[TimeZone.WIB]).date()
        await check_guarded(session, row.participant_id, on=today)


async def _locked(
    session: AsyncSession, *, scope: Scope, class_id: UUID, enrollment_id: UUID, to: UUID
) -> tuple[Class, Class, Enrollment]:
    """Return both classes, locked in the order of their ids, and the enrollment."""
    source, target = await get_class(session, class_id), await get_class(session, to)
    rules.check_classes(class_id, to, one_program=source.program_id == target.program_id)
    row = await get_enrollment(session, scope=scope, class_id=class_id, enrollment_id=enrollment_id)
    there = replace(place_of(target), participant_id=row.participant_id)
    if not (scope.admits(place_of(row), write=True) and scope.admits(there, write=True)):
        raise OutsideScopeError
    if to < class_id:
        await get_class(session, to, for_update=True)
    source, row = await lock_enrollment(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    if class_id < to:
        await get_class(session, to, for_update=True)
    return source, target, row


async def _check_target(session: AsyncSession, target: Class, *, now: datetime) -> None:
    """Refuse a locked class that nobody can join, or whose seats others come first for."""
    check_not_cancelled((await get_wave(session, target.wave_id)).cancelled_at)
    if selection_pending(target.selection, announced_at=target.announced_at):
        raise SelectionPendingError(extra={"present": "PENDING", "allowed": ["ANNOUNCED"]})
    if now < target.opens_at:
        raise WindowNotOpenError(
            extra={
                "present": "NOT_OPEN",
                "allowed": ["OPEN"],
                "opens_at": target.opens_at.isoformat(),
            }
        )
    free = target.capacity - target.taken
    promotes = promotion_open(class_state=target.state, promote_until=target.promote_until, now=now)
    waiting = promotes and free > 0 and target.waiting > 0
    first = await next_admitted(session, class_=target, seats=1, now=now) if waiting else []
    rules.check_target(state=target.state, free=free, others_wait=bool(first), promotes=promotes)


async def _point_claim(session: AsyncSession, left: Enrollment, entered: Enrollment) -> None:
    """Let the claim of the person stand for the new enrollment."""
    await session.execute(
        update(ProgramClaim)
        .where(
            ProgramClaim.program_id == left.program_id,
            ProgramClaim.nik_index.in_(niks_of([left.participant_id])),
            ProgramClaim.enrollment_id == left.id,
        )
        .values(class_id=entered.class_id, enrollment_id=entered.id)
        .execution_options(synchronize_session=False)
    )
