"""HTTP face of offers."""

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request
from starlette.responses import Response

from services.enrollment.base import Idempotency
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.enrollments.queries import read_enrollment
from services.enrollment.enrollments.rules import EnrollmentStateError, EnrollmentUnknownError
from services.enrollment.enrollments.schemas import EnrollmentEnd, EnrollmentRead
from services.enrollment.offers import operations, rules
from services.enrollment.participants.queries import check_guarded
from services.enrollment.participants.rules import GuardianMissingError
from shared.clock import ledger_day
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}/enrollments/{enrollment_id}", tags=["offers"])

EnrollmentWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_WRITE))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
EnrollmentId: TypeAlias = Annotated[UUID, Path(description="The enrollment.")]
End: TypeAlias = Annotated[EnrollmentEnd | None, Body(examples=[{"reason": "Sudah bekerja"}])]


@router.post(
    "/confirm",
    response_model=EnrollmentRead,
    responses=problems(
        ClassUnknownError,
        EnrollmentUnknownError,
        OutsideScopeError,
        EnrollmentStateError,
        rules.OfferExpiredError,
        GuardianMissingError,
    ),
)
async def confirm_offer(
    request: Request,
    session: SessionDep,
    *,
    caller: EnrollmentWriter,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    once: OnceDep,
    now: Now,
) -> Response:
    """Take the seat that is held for somebody (daftar ulang), before the deadline.

    A guardian has to have consented for somebody under 18.
    """

    async def work() -> EnrollmentRead:
        row = await operations.confirm_offer(
            session,
            scope=caller.scope,
            class_id=class_id,
            enrollment_id=enrollment_id,
            now=now,
        )
        await check_guarded(session, row.participant_id, on=ledger_day(now))
        return await read_enrollment(session, row, language=language_of(request), now=now)

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/decline",
    response_model=EnrollmentRead,
    responses=problems(
        ClassUnknownError, EnrollmentUnknownError, OutsideScopeError, EnrollmentStateError
    ),
)
async def decline_offer(
    request: Request,
    session: SessionDep,
    *,
    caller: EnrollmentWriter,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    once: OnceDep,
    now: Now,
    body: End = None,
) -> Response:
    """Leave the seat that is held for somebody to the next in line; the person may claim again."""

    async def work() -> EnrollmentRead:
        row = await operations.decline_offer(
            session,
            scope=caller.scope,
            class_id=class_id,
            enrollment_id=enrollment_id,
            reason=body.reason if body else None,
            now=now,
        )
        return await read_enrollment(session, row, language=language_of(request), now=now)

    return await answer_once(session, Idempotency, once, work)
