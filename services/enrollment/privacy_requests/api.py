"""HTTP face of requests for privacy."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.consents.rules import (
    ConsentUnchangedError,
    ConsentUnneededError,
    PaperMissingError,
)
from services.enrollment.login_bindings.rules import LoginNotBoundError, required_own_id
from services.enrollment.participants.queries import get_for_change
from services.enrollment.participants.rules import ParticipantUnknownError, is_self
from services.enrollment.privacy_requests import operations, queries, rules
from services.enrollment.privacy_requests.queries import RequestFilter
from services.enrollment.privacy_requests.rules import RequestKind, RequestState
from services.enrollment.privacy_requests.schemas import (
    Completion,
    Refusal,
    RequestCreate,
    RequestRead,
)
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/privacy-requests", tags=["privacy"])

RequestId = Annotated[UUID, Path(description="The request's identifier.")]
Asker = Annotated[Caller, Depends(Requires(Permission.PRIVACY_REQUEST))]
Handler = Annotated[Caller, Depends(Requires(Permission.PRIVACY_HANDLE))]
_EXAMPLE: Final = {"kind": "ACCESS"}
_DONE: Final = {"done": [{"what": "name-corrected"}]}
_REFUSED: Final = {"reason": "NOT_VERIFIED"}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=RequestRead,
    responses=problems(
        LoginNotBoundError,
        ParticipantUnknownError,
        PaperMissingError,
        rules.PurposeError,
        rules.MembersError,
        rules.RequestOpenError,
        rules.RequestIdTakenError,
        ConsentUnneededError,
        ConsentUnchangedError,
    ),
)
async def file_privacy_request(
    session: SessionDep,
    caller: Asker,
    once: OnceDep,
    now: Now,
    body: Annotated[RequestCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Ask for one's data, their correction, restriction or erasure, or withdraw a consent.

    It is answered within 3x24 hours of its arrival (`due_at`). Withdrawal and restriction are done
    at once, the copy of one's data is gathered at once.
    """

    async def work() -> RequestRead:
        asked_for = body.participant_id or required_own_id(caller.scope)
        person = await get_for_change(session, asked_for, scope=caller.scope)
        himself = is_self(person.id, scope=caller.scope)
        request = await operations.file_request(session, person, body, himself=himself, now=now)
        return RequestRead.model_validate(request)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/privacy-requests/{made.id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get("", responses=problems(CursorInvalidError))
async def list_privacy_requests(
    request: Request,
    session: SessionDep,
    caller: Asker,
    now: Now,
    page: PageArgs,
    *,
    participant_id: Annotated[UUID | None, Query(description="Those of one person.")] = None,
    state: Annotated[
        list[RequestState] | None, Query(description="One or more, each by itself.")
    ] = None,
    kind: Annotated[
        list[RequestKind] | None, Query(description="One or more, each by itself.")
    ] = None,
    overdue: Annotated[
        bool, Query(description="Only those that should have been answered by now.")
    ] = False,
) -> Page[RequestRead]:
    """List requests within the caller's area, or his own; what is due first stands first."""
    after = None
    if page.after is not None:
        after = (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
    rows = await queries.list_requests(
        session,
        RequestFilter(participant_id, state or (), kind or (), now if overdue else None),
        scope=caller.scope,
        after=after,
        limit=page.fetch,
    )
    others = [each for each in rows if not is_self(each.participant_id, scope=caller.scope)]
    await operations.note_request_read(session, [each.participant_id for each in others])
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.due_at.isoformat(), str(row.id)],
        read=RequestRead,
    )


@router.get("/{request_id}", responses=problems(rules.RequestUnknownError))
async def get_privacy_request(
    session: SessionDep, caller: Asker, request_id: RequestId, response: Response
) -> RequestRead:
    """Return a request and, once it is answered, its receipt."""
    found = await queries.get_request(session, request_id, scope=caller.scope)
    if not is_self(found.participant_id, scope=caller.scope):
        await operations.note_request_read(session, [found.participant_id])
    response.headers["ETag"] = etag_of(found.version)
    return RequestRead.model_validate(found)


@router.post(
    "/{request_id}/take-on",
    response_model=RequestRead,
    responses=problems(rules.RequestUnknownError, rules.RequestStateError),
)
async def take_on_privacy_request(
    session: SessionDep, caller: Handler, once: OnceDep, now: Now, request_id: RequestId
) -> Response:
    """Begin to answer a request; an erasure is carried out by a job from then on.

    An erasure that a legal hold or an open class holds back is refused, with the day from which it
    may be asked for again where one is known.
    """

    async def work() -> RequestRead:
        seen = await queries.get_request(session, request_id, scope=caller.scope)
        person = await queries.lock_person(session, seen.participant_id)
        found = await queries.get_request(session, request_id, scope=caller.scope, for_update=True)
        await operations.take_on(session, person, found, now=now, today=ledger_day(now))
        return RequestRead.model_validate(found)

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/{request_id}/complete",
    response_model=RequestRead,
    responses=problems(rules.RequestUnknownError, rules.RequestStateError, rules.RequestByJobError),
)
async def complete_privacy_request(
    session: SessionDep,
    caller: Handler,
    once: OnceDep,
    now: Now,
    request_id: RequestId,
    body: Annotated[Completion, Body(examples=[_DONE])],
) -> Response:
    """Say what was done to answer a request, in words that name nobody; it writes the receipt."""

    async def work() -> RequestRead:
        found = await queries.get_request(session, request_id, scope=caller.scope, for_update=True)
        done = [each.what for each in body.done]
        await operations.complete_request(session, found, done=done, now=now)
        return RequestRead.model_validate(found)

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/{request_id}/refuse",
    response_model=RequestRead,
    responses=problems(rules.RequestUnknownError, rules.RequestStateError, rules.RequestByJobError),
)
async def refuse_privacy_request(
    session: SessionDep,
    caller: Handler,
    once: OnceDep,
    now: Now,
    request_id: RequestId,
    body: Annotated[Refusal, Body(examples=[_REFUSED])],
) -> Response:
    """Refuse a request and say why, with the day from which it may be asked again."""

    async def work() -> RequestRead:
        found = await queries.get_request(session, request_id, scope=caller.scope, for_update=True)
        await operations.refuse_request(
            session, found, reason=body.reason, again=body.again_on, now=now
        )
        return RequestRead.model_validate(found)

    return await answer_once(session, Idempotency, once, work)
