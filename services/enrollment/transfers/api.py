"""HTTP face of transfers."""

from http import HTTPStatus
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request
from starlette.responses import Response

from services.enrollment.base import Idempotency
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.enrollments.queries import read_enrollment
from services.enrollment.enrollments.rules import (
    ClassNotOpenError,
    EnrollmentIdTakenError,
    EnrollmentStateError,
    EnrollmentUnknownError,
    SelectionPendingError,
    WindowNotOpenError,
)
from services.enrollment.enrollments.schemas import EnrollmentRead
from services.enrollment.offers.rules import OfferExpiredError
from services.enrollment.participants.rules import GuardianMissingError
from services.enrollment.quotas.rules import QuotaFullError
from services.enrollment.transfers import operations, rules
from services.enrollment.transfers.schemas import TransferOrder
from services.enrollment.waves.rules import WaveCancelledError
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}/enrollments/{enrollment_id}", tags=["transfers"])

EnrollmentWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_WRITE))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class that is left.")]
EnrollmentId: TypeAlias = Annotated[UUID, Path(description="The enrollment that is closed.")]

_ORDER: Final = {"class_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11", "reason": "Pindah tugas"}
Order: TypeAlias = Annotated[TransferOrder, Body(examples=[_ORDER])]


@router.post(
    "/transfer",
    status_code=HTTPStatus.CREATED,
    response_model=EnrollmentRead,
    responses=problems(
        ClassUnknownError,
        EnrollmentUnknownError,
        OutsideScopeError,
        EnrollmentStateError,
        EnrollmentIdTakenError,
        OfferExpiredError,
        SelectionPendingError,
        WindowNotOpenError,
        WaveCancelledError,
        ClassNotOpenError,
        GuardianMissingError,
        QuotaFullError,
        rules.SameClassError,
        rules.OtherProgramError,
        rules.NoFreeSeatError,
        rules.OthersWaitError,
        rules.RollCalledError,
    ),
)
async def transfer_enrollment(
    request: Request,
    session: SessionDep,
    *,
    caller: EnrollmentWriter,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    once: OnceDep,
    now: Now,
    body: Order,
) -> Response:
    """Move somebody to another class of the programme that has a free seat for the person.

    The enrollment is closed and another one opened in one step, so that nobody is in two classes
    or in none; the seat that comes free goes to the next who waits for it. Nobody is moved into a
    class before its window opens; somebody under 18 is seated only once a guardian has consented.
    """

    async def work() -> EnrollmentRead:
        row = await operations.transfer_enrollment(
            session,
            scope=caller.scope,
            class_id=class_id,
            enrollment_id=enrollment_id,
            order=body,
            now=now,
        )
        return await read_enrollment(session, row, language=language_of(request), now=now)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=HTTPStatus.CREATED,
        location=lambda read: f"/v1/classes/{read.class_id}/enrollments/{read.id}",
    )
