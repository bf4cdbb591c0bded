"""HTTP face of applications."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications import operations, queries, rules
from services.enrollment.applications.queries import ApplicationFilter
from services.enrollment.applications.schemas import (
    ApplicationChange,
    ApplicationCreate,
    ApplicationRead,
    ApplicationReceipt,
    ApplicationRow,
    ApplicationTurn,
)
from services.enrollment.applications.tables import Application
from services.enrollment.attempts.rules import TooManyAttemptsError
from services.enrollment.base import Audit, Idempotency
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.enrollments.rules import (
    AlreadyEnrolledError,
    WindowClosedError,
    WindowNotOpenError,
)
from services.enrollment.participants.rules import (
    GuardianMissingError,
    ParticipantUnknownError,
    PersonRestrictedError,
    is_self,
)
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import WaveCancelledError, WaveUnknownError
from shared.clock import ledger_day
from shared.db.audit import note_read
from shared.schemas.enrollment import ApplicationChannel
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

_TAGS: Final[list[Any]] = ["applications"]
wave_router = APIRouter(prefix="/waves/{wave_id}/applications", tags=_TAGS)
person_router = APIRouter(prefix="/participants/{participant_id}/applications", tags=_TAGS)
me_router = APIRouter(prefix="/me/applications", tags=_TAGS)

WaveId: TypeAlias = Annotated[UUID, Path(description="The wave.")]
ParticipantId: TypeAlias = Annotated[UUID, Path(description="The person who applies.")]
ApplicationId: TypeAlias = Annotated[UUID, Path(description="The application.")]
ApplicationReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.APPLICATIONS_READ))]
ApplicationWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.APPLICATIONS_WRITE))]

_CHOICES: Final = [
    {"facility_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"},
    {"class_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12"},
]
_EXAMPLE: Final = {
    "participant_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e13",
    "choices": _CHOICES,
    "submit": True,
}
_PAPER: Final = {"paper": {"reference": "BLKK-17/2027/0042", "sha256": "9f" * 32}}
CreateBody: TypeAlias = Annotated[ApplicationCreate, Body(examples=[_EXAMPLE])]
ChangeBody: TypeAlias = Annotated[
    ApplicationChange,
    Body(media_type="application/merge-patch+json", examples=[{"choices": _CHOICES}]),
]
TurnBody: TypeAlias = Annotated[ApplicationTurn | None, Body(examples=[_PAPER])]

_WINDOW: Final = (
    WaveCancelledError,
    rules.WaveTakesClaimsError,
    WindowNotOpenError,
    WindowClosedError,
)
_PAPER_REFUSED: Final = (rules.PaperMissingError, rules.PaperUnexpectedError)
_CHOICE_REFUSED: Final = (rules.ChoiceUnknownError, rules.ChoiceTwiceError)
_CHANGE_REFUSED: Final = (
    rules.ApplicationUnknownError,
    ParticipantUnknownError,
    OutsideScopeError,
    rules.ApplicationStateError,
    *_PAPER_REFUSED,
)


def _location(receipt: ApplicationReceipt) -> str:
    return f"/v1/participants/{receipt.participant_id}/applications/{receipt.id}"


def _etag(receipt: ApplicationReceipt) -> str:
    return etag_of(receipt.version)


@wave_router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=ApplicationReceipt,
    responses=problems(
        WaveUnknownError,
        *_WINDOW,
        *_CHOICE_REFUSED,
        ParticipantUnknownError,
        PersonRestrictedError,
        GuardianMissingError,
        OutsideScopeError,
        *_PAPER_REFUSED,
        AlreadyEnrolledError,
        TooManyAttemptsError,
        rules.ApplicationExistsError,
        rules.ApplicationIdTakenError,
    ),
)
async def apply_to_wave(
    *,
    session: SessionDep,
    caller: ApplicationWriter,
    once: OnceDep,
    now: Now,
    wave_id: WaveId,
    body: CreateBody,
) -> Response:
    """Apply for a place in a wave: a draft, or with `submit` all in one request.

    A person applies for himself. An office or facility may apply for anybody whose id it knows
    where one of the choices is its own, from whatever phone, with the paper that the person
    signed. The answer's `code` and the birth date open the status without any login.
    """

    async def work() -> ApplicationReceipt:
        row = await operations.apply(
            session, wave_id, body, scope=caller.scope, now=now, today=ledger_day(now)
        )
        return ApplicationReceipt.model_validate(row)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=HTTPStatus.CREATED,
        location=_location,
        etag=_etag,
    )


@wave_router.get(
    "",
    responses=problems(WaveUnknownError, rules.ApplicationStateUnknownError, CursorInvalidError),
)
async def list_applications(
    *,
    request: Request,
    session: SessionDep,
    caller: ApplicationReader,
    wave_id: WaveId,
    page: PageArgs,
    state: Annotated[str | None, Query(description="States, separated by commas.")] = None,
    facility_id: Annotated[
        UUID | None, Query(description="That chose this facility, at whatever rank.")
    ] = None,
    channel: Annotated[ApplicationChannel | None, Query(description="Of this channel.")] = None,
    updated_after: Annotated[
        AwareDatetime | None, Query(description="That came or changed after this moment.")
    ] = None,
) -> Page[ApplicationRow]:
    """List a wave's applications that name a place, or come from a home, within the scope."""
    await get_wave(session, wave_id)
    rows = await queries.list_of_wave(
        session,
        wave_id,
        scope=caller.scope,
        narrowed=ApplicationFilter(
            states=rules.states_named(state),
            facility_id=facility_id,
            channel=channel,
            updated_after=updated_after,
        ),
        after=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    shown = await queries.rows_of(session, rows)
    return page_of(
        request, rows, page.limit, key=lambda row: [str(row.id)], read=lambda row: shown[row.id]
    )


async def _list_of_people(
    request: Request, session: AsyncSession, caller: Caller, people: list[UUID], page: PageArgs
) -> Page[ApplicationRow]:
    rows = await queries.list_of_people(
        session,
        people,
        scope=caller.scope,
        before=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    shown = await queries.rows_of(session, rows)
    return page_of(
        request, rows, page.limit, key=lambda row: [str(row.id)], read=lambda row: shown[row.id]
    )


@me_router.get("", responses=problems(CursorInvalidError))
async def list_my_applications(
    request: Request, session: SessionDep, caller: ApplicationReader, page: PageArgs
) -> Page[ApplicationRow]:
    """List the caller's own applications, the newest first, with what became of each."""
    own = [each.participant_id for each in caller.scope.reaches if each.participant_id is not None]
    return await _list_of_people(request, session, caller, own, page)


@person_router.get("", responses=problems(CursorInvalidError))
async def list_applications_of_participant(
    request: Request,
    session: SessionDep,
    caller: ApplicationReader,
    participant_id: ParticipantId,
    page: PageArgs,
) -> Page[ApplicationRow]:
    """List the applications of a person that lie within the scope, the newest first."""
    if not is_self(participant_id, scope=caller.scope):
        await note_read(
            session, Audit, action="participant.applications.read", subject_id=participant_id
        )
    return await _list_of_people(request, session, caller, [participant_id], page)


@person_router.get("/{application_id}", responses=problems(rules.ApplicationUnknownError))
async def get_application(
    session: SessionDep,
    caller: ApplicationReader,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    response: Response,
) -> ApplicationRead:
    """Return one application, with its place as it is at this moment; reading is noted."""
    row = await queries.get_application(session, participant_id, application_id, scope=caller.scope)
    if not is_self(participant_id, scope=caller.scope):
        await note_read(session, Audit, action="application.read", subject_id=participant_id)
    return await _shown(session, row, response)


async def _shown(session: AsyncSession, row: Application, response: Response) -> ApplicationRead:
    response.headers["ETag"] = etag_of(row.version)
    response.headers["Cache-Control"] = "no-store"
    return await queries.read_of(session, row)


@person_router.patch(
    "/{application_id}",
    responses=problems(*_CHANGE_REFUSED, *_WINDOW, *_CHOICE_REFUSED),
)
async def change_application(
    *,
    session: SessionDep,
    caller: ApplicationWriter,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    body: ChangeBody,
    if_match: IfMatch,
    now: Now,
    response: Response,
) -> ApplicationRead:
    """Change a draft, or what was submitted, until the window closes.

    What is as the patch wants it already is answered as it is, whatever If-Match says: a patch
    that was sent again finds its own effect.
    """
    locked = await operations.lock_open(
        session, participant_id, application_id, scope=caller.scope, now=now
    )
    row = await operations.change(
        session, locked, body, check=partial(check_match, if_match), now=now
    )
    return await _shown(session, row, response)


@person_router.post(
    "/{application_id}/submit",
    response_model=ApplicationReceipt,
    responses=problems(*_CHANGE_REFUSED, *_WINDOW, AlreadyEnrolledError, GuardianMissingError),
)
async def submit_application(
    *,
    session: SessionDep,
    caller: ApplicationWriter,
    once: OnceDep,
    now: Now,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    body: TurnBody = None,
) -> Response:
    """Submit a draft; who is not eligible gets an INELIGIBLE application with the reasons."""

    async def work() -> ApplicationReceipt:
        locked = await operations.lock_open(
            session, participant_id, application_id, scope=caller.scope, now=now
        )
        row = await operations.submit(
            session, locked, body.paper if body else None, now=now, today=ledger_day(now)
        )
        return ApplicationReceipt.model_validate(row)

    return await answer_once(session, Idempotency, once, work, etag=_etag)


@person_router.post(
    "/{application_id}/withdraw",
    response_model=ApplicationReceipt,
    responses=problems(*_CHANGE_REFUSED),
)
async def withdraw_application(
    *,
    session: SessionDep,
    caller: ApplicationWriter,
    once: OnceDep,
    now: Now,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    body: TurnBody = None,
) -> Response:
    """Withdraw an application that nothing has been decided of; one may apply anew.

    Who has been given a place gives it back at the enrollment.
    """

    async def work() -> ApplicationReceipt:
        locked = await operations.lock_for_change(
            session, participant_id, application_id, scope=caller.scope
        )
        row = await operations.withdraw(session, locked, body.paper if body else None, now=now)
        return ApplicationReceipt.model_validate(row)

    return await answer_once(session, Idempotency, once, work, etag=_etag)
