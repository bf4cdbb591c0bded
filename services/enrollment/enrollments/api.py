"""HTTP face of enrollments."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from services.enrollment.base import Idempotency
from services.enrollment.classes import rules as class_rules
from services.enrollment.classes.queries import get_class, lock_class, read_of
from services.enrollment.classes.schemas import ClassChange, ClassRead
from services.enrollment.enrollments import operations, queries, rules
from services.enrollment.enrollments.desk import REFUSALS, Claim, SeatOffice
from services.enrollment.enrollments.schemas import (
    EnrollmentCreate,
    EnrollmentEnd,
    EnrollmentRead,
    SeatRead,
)
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.quotas.queries import read_quotas
from services.enrollment.waves.rules import SelectionApprovedError
from shared.db.session import transaction
from shared.i18n import Language
from shared.ids import new_id
from shared.logging import current_request_id
from shared.schemas.enrollment import EnrollmentState
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.lean import lean, lean_body, lean_openapi, lean_path_id
from shared.web.now import Now, present_moment
from shared.web.once import OnceDep, answer_once, once_of
from shared.web.openapi import problems
from shared.web.paging import PageArgs, page_of
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}")

EnrollmentReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
EnrollmentWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_WRITE))]
ClassRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
ClassWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_WRITE))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
EnrollmentId: TypeAlias = Annotated[UUID, Path(description="The enrollment.")]
Change: TypeAlias = Annotated[
    ClassChange,
    Body(
        media_type="application/merge-patch+json",
        examples=[{"capacity": 24, "reserve_capacity": 4}],
    ),
]
End: TypeAlias = Annotated[EnrollmentEnd | None, Body(examples=[{"reason": "Pindah ke kota lain"}])]

_TAGS: Final[list[Any]] = ["enrollments"]
_CLAIM: Final = {"participant_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"}
_UNKNOWN: Final = (class_rules.ClassUnknownError, rules.EnrollmentUnknownError)
_REFUSED: Final = (class_rules.OutsideScopeError, rules.EnrollmentStateError)


@router.post(
    "/enrollments",
    tags=_TAGS,
    status_code=HTTPStatus.CREATED,
    response_model=SeatRead,
    responses=problems(*REFUSALS, rules.DeskBusyError, class_rules.OutsideScopeError),
    openapi_extra=lean_openapi(EnrollmentCreate, path_ids=["class_id"], example=_CLAIM),
)
@lean(Requires(Permission.ENROLLMENTS_WRITE))
async def claim_seat(request: Request, caller: Caller) -> Response:
    """Claim a seat in a class, or a place on its waitlist.

    First come, first served, in the order in which claims are committed. When the class is full
    the refusal lists other classes of the wave, the nearest first, as `alternatives`; the list is
    empty when it cannot be had within a second.

    A person claims for himself. An office or facility may claim a seat in a class of its own for
    anybody whose id it knows, wherever that person lives: the person brought the id. The host then
    sees of the person what the enrollment copies: the id, sex, age band, entrant kind, home
    province and home regency, and on the roll the name with most of it masked; not the NIK,
    contacts, birth date or business.
    """
    office: SeatOffice = request.scope["state"]["office"]
    class_id = lean_path_id(request, "class_id")
    once = await once_of(request)
    body = await lean_body(request, EnrollmentCreate)
    now = await present_moment(request)
    await _check_admitted(office, caller, class_id=class_id, participant_id=body.participant_id)
    claim = Claim(
        class_id=class_id,
        enrollment_id=body.id or new_id(),
        participant_id=body.participant_id,
        caller=once.caller,
        key=once.key,
        body_hash=once.body_hash,
        arrived_at=now,
        request_id=current_request_id(),
    )
    try:
        answer = await office.desk.claim(claim)
    except rules.ClassFullError as error:
        found = await office.board.alternatives(class_id, now=now)
        error.extra["alternatives"] = [each.model_dump(mode="json") for each in found]
        raise
    path = f"/v1/classes/{class_id}/enrollments/{answer.enrollment_id}"
    headers = {"Location": once.base_url + path}
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, HTTPStatus.CREATED, headers=headers, media_type="application/json")


async def _check_admitted(
    office: SeatOffice, caller: Caller, *, class_id: UUID, participant_id: UUID
) -> None:
    """Refuse a claim that the caller may not make: for another person, or in a class elsewhere.

    Raises:
        ClassUnknownError: when there is no such class.
        OutsideScopeError: when the class lies outside the caller's scope.
        ParticipantUnknownError: when the caller may claim for himself only.
    """
    scope = caller.scope
    if scope.national or any(reach.participant_id == participant_id for reach in scope.reaches):
        return
    place = await office.places.place(class_id)
    if scope.admits(replace(place, participant_id=participant_id), write=True):
        return
    if all(reach.participant_id is not None for reach in scope.reaches):
        raise rules.ParticipantUnknownError
    raise class_rules.OutsideScopeError


@router.get("/enrollments", tags=_TAGS, responses=problems(class_rules.ClassUnknownError))
async def list_enrollments(
    request: Request,
    session: SessionDep,
    *,
    caller: EnrollmentReader,
    class_id: ClassId,
    now: Now,
    page: PageArgs,
    state: Annotated[str | None, Query(description="States, separated by commas.")] = None,
) -> Page[EnrollmentRead]:
    """List the enrollments of a class that the caller may see, in the order of their ids."""
    class_ = await get_class(session, class_id)
    rows = await queries.list_enrollments(
        session,
        scope=caller.scope,
        class_id=class_id,
        states=rules.states_named(state),
        after=None if page.after is None else UUID(str(page.after[0])),
        limit=page.fetch,
    )
    shown = partial(
        queries.read_of,
        class_,
        quotas=await read_quotas(session, class_.wave_id, now=now),
        language=language_of(request),
        now=now,
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row[0].id)],
        read=lambda row: shown(row[0], row[1]),
    )


@router.get("/enrollments/{enrollment_id}", tags=_TAGS, responses=problems(*_UNKNOWN))
async def get_enrollment(
    request: Request,
    caller: EnrollmentReader,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    now: Now,
) -> EnrollmentRead:
    """Read an enrollment; who waits sees the place in line, why, and what else is open."""
    # No SessionDep: the board takes a connection of the same pool; ours is given back before.
    state = request.scope["state"]
    async with transaction(state["sessions"], scope=caller.scope, actor=caller.actor) as session:
        row = await queries.get_enrollment(
            session, scope=caller.scope, class_id=class_id, enrollment_id=enrollment_id
        )
        language = language_of(request)
        read = await queries.read_enrollment(session, row, language=language, now=now)
    if row.state is not EnrollmentState.WAITLISTED:
        return read
    office: SeatOffice = state["office"]
    found = await office.board.alternatives(class_id, now=now)
    return read.model_copy(update={"alternatives": found})


async def _answer(
    session: AsyncSession,
    once: OnceDep,
    now: Now,
    language: Language,
    work: Callable[[], Awaitable[Enrollment]],
) -> Response:
    async def read() -> EnrollmentRead:
        row = await work()
        return await queries.read_enrollment(session, row, language=language, now=now)

    return await answer_once(session, Idempotency, once, read)


@router.post(
    "/enrollments/{enrollment_id}/cancel",
    tags=_TAGS,
    response_model=EnrollmentRead,
    responses=problems(*_UNKNOWN, *_REFUSED, rules.HasAttendedError),
)
async def cancel_enrollment(
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
    """Give a seat or a place in line back; a freed seat goes to the next who waits."""

    async def work() -> Enrollment:
        return await operations.cancel_enrollment(
            session,
            scope=caller.scope,
            class_id=class_id,
            enrollment_id=enrollment_id,
            reason=body.reason if body else None,
            now=now,
        )

    return await _answer(session, once, now, language_of(request), work)


def _end_training(
    session: AsyncSession,
    *,
    caller: Caller,
    at: tuple[UUID, UUID],
    body: EnrollmentEnd | None,
    state: EnrollmentState,
    now: datetime,
) -> Callable[[], Awaitable[Enrollment]]:
    """Return the work of ending somebody's training; `at` is the class and the enrollment."""
    class_id, enrollment_id = at
    return partial(
        operations.end_training,
        session,
        scope=caller.scope,
        class_id=class_id,
        enrollment_id=enrollment_id,
        state=state,
        reason=body.reason if body else None,
        now=now,
    )


@router.post(
    "/enrollments/{enrollment_id}/complete",
    tags=_TAGS,
    response_model=EnrollmentRead,
    responses=problems(*_UNKNOWN, *_REFUSED, rules.ClassNotRunningError),
)
async def complete_enrollment(
    request: Request,
    session: SessionDep,
    *,
    caller: ClassRunner,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    once: OnceDep,
    now: Now,
    body: End = None,
) -> Response:
    """Record that somebody has completed the training; the seat and the claim are kept."""
    at = class_id, enrollment_id
    state = EnrollmentState.COMPLETED
    work = _end_training(session, caller=caller, at=at, body=body, state=state, now=now)
    return await _answer(session, once, now, language_of(request), work)


@router.post(
    "/enrollments/{enrollment_id}/drop-out",
    tags=_TAGS,
    response_model=EnrollmentRead,
    responses=problems(*_UNKNOWN, *_REFUSED, rules.ClassNotRunningError),
)
async def drop_out_enrollment(
    request: Request,
    session: SessionDep,
    *,
    caller: ClassRunner,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    once: OnceDep,
    now: Now,
    body: End = None,
) -> Response:
    """Record that somebody has left the training; the seat and the claim are kept."""
    at = class_id, enrollment_id
    state = EnrollmentState.DROPPED_OUT
    work = _end_training(session, caller=caller, at=at, body=body, state=state, now=now)
    return await _answer(session, once, now, language_of(request), work)


@router.patch(
    "",
    tags=["classes"],
    responses=problems(
        class_rules.ClassUnknownError,
        class_rules.OutsideScopeError,
        class_rules.ClassNotPlannedError,
        class_rules.CapacityBelowTakenError,
        class_rules.ReserveBelowWaitingError,
        class_rules.CapacityAboveSpaceError,
        SelectionApprovedError,
    ),
)
async def change_class(
    session: SessionDep,
    *,
    caller: ClassWriter,
    class_id: ClassId,
    body: Change,
    if_match: IfMatch,
    now: Now,
    response: Response,
) -> ClassRead:
    """Change the label or the size of a planned class; more seats go to those who wait."""
    class_ = await lock_class(session, class_id, scope=caller.scope)
    check_match(if_match, class_.version)
    await operations.change_size(session, class_=class_, change=body, scope=caller.scope, now=now)
    response.headers["ETag"] = etag_of(class_.version)
    return read_of(class_)
