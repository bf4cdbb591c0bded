"""HTTP face of actions."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.agreement_actions import operations, queries, rules
from services.registry.agreement_actions.queries import ActionFilter, read_action
from services.registry.agreement_actions.rules import ActionStatus
from services.registry.agreement_actions.schemas import (
    ActionCancel,
    ActionChange,
    ActionCreate,
    ActionDone,
    ActionRead,
)
from services.registry.agreement_actions.tables import AgreementAction
from services.registry.agreements.rules import AgreementNotFoundError, AgreementStateRefusedError
from services.registry.base import Idempotency
from shared.clock import ledger_day
from shared.schemas.base import Ministry
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreement-actions", tags=["agreement-actions"])

ActionId = Annotated[UUID, Path(description="The action's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
ActionWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENT_ACTIONS_WRITE))]

_CHANGE_REFUSED: Final = (
    rules.ActionNotFoundError,
    rules.ActionStatusRefusedError,
    OutOfScopeError,
)
_EXAMPLE: Final = {
    "agreement_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e13",
    "title": "Pelatihan serentak tahap pertama di 50 balai",
    "responsible": {"ministry": "MANPOWER"},
    "due_on": "2027-03-31",
}
_DONE: Final = {
    "done_on": "2027-03-25",
    "evidence": {
        "reference": "arsip/2027/laporan-tahap-1.pdf",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
}


@router.get("", responses=problems(CursorInvalidError))
async def list_agreement_actions(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    now: Now,
    *,
    agreement_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[ActionStatus | None, Query()] = None,
    overdue: Annotated[bool | None, Query(description="Due before today, and not done.")] = None,
    ministry: Annotated[Ministry | None, Query(description="Who is to act.")] = None,
    institution_id: Annotated[UUID | None, Query(description="Who is to act.")] = None,
    facility_id: Annotated[UUID | None, Query(description="Where it takes place.")] = None,
) -> Page[ActionRead]:
    """List what follows from agreements, what is due first at the top."""
    today = ledger_day(now)
    wanted = ActionFilter(
        today=today,
        agreement_id=agreement_id,
        status=status,
        overdue=overdue,
        ministry=ministry,
        institution_id=institution_id,
        facility_id=facility_id,
    )
    rows = await queries.list_actions(session, wanted, after=page.after, limit=page.fetch)

    def read(row: AgreementAction) -> ActionRead:
        return read_action(row, today=today)

    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.due_on.isoformat(), str(row.id)],
        read=read,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ActionRead,
    responses=problems(
        AgreementNotFoundError,
        AgreementStateRefusedError,
        OutOfScopeError,
        rules.ActionOwnerUnknownError,
        rules.ActionDueInvalidError,
        rules.ActionFacilityNotCoveredError,
        rules.ActionIdTakenError,
    ),
)
async def plan_agreement_action(
    session: SessionDep,
    caller: ActionWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[ActionCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Plan what a party of a signed agreement is to do by a day."""
    today = ledger_day(now)

    async def work() -> ActionRead:
        action = await operations.plan_action(
            session, body, scope=caller.scope, now=now, today=today
        )
        return read_action(action, today=today)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda action: f"/v1/agreement-actions/{action.id}",
        etag=lambda action: etag_of(action.version),
    )


@router.get(
    "/{action_id}", response_model=ActionRead, responses=problems(rules.ActionNotFoundError)
)
async def get_agreement_action(
    session: SessionDep, _: RegistryReader, now: Now, action_id: ActionId
) -> Response:
    """Return one action."""
    action = await queries.get_action(session, action_id)
    return _answer(read_action(action, today=ledger_day(now)))


@router.patch(
    "/{action_id}",
    response_model=ActionRead,
    responses=problems(
        *_CHANGE_REFUSED, rules.ActionOwnerUnknownError, rules.ActionDueInvalidError
    ),
)
async def change_agreement_action(
    session: SessionDep,
    caller: ActionWriter,
    action_id: ActionId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        ActionChange,
        Body(media_type="application/merge-patch+json", examples=[{"due_on": "2027-06-30"}]),
    ],
) -> Response:
    """Change the members of an open action that the merge patch names."""
    action = await queries.get_action_for_change(session, action_id, scope=caller.scope)
    check_match(if_match, action.version)
    await operations.change_action(session, action, body, scope=caller.scope, now=now)
    return _answer(read_action(action, today=ledger_day(now)))


@router.post("/{action_id}/start", response_model=ActionRead, responses=problems(*_CHANGE_REFUSED))
async def start_agreement_action(
    session: SessionDep, caller: ActionWriter, once: OnceDep, now: Now, action_id: ActionId
) -> Response:
    """Say that work on an action has begun."""

    async def work() -> ActionRead:
        action = await operations.start_action(session, action_id, scope=caller.scope, now=now)
        return read_action(action, today=ledger_day(now))

    return await answer_once(
        session, Idempotency, once, work, etag=lambda action: etag_of(action.version)
    )


@router.post(
    "/{action_id}/finish",
    response_model=ActionRead,
    responses=problems(*_CHANGE_REFUSED, rules.ActionDoneDayInvalidError),
)
async def finish_agreement_action(
    session: SessionDep,
    caller: ActionWriter,
    once: OnceDep,
    now: Now,
    action_id: ActionId,
    body: Annotated[ActionDone, Body(examples=[_DONE])],
) -> Response:
    """Say that an action was done, with the evidence that proves it."""
    today = ledger_day(now)

    async def work() -> ActionRead:
        action = await operations.finish_action(
            session, action_id, body, scope=caller.scope, now=now, today=today
        )
        return read_action(action, today=today)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda action: etag_of(action.version)
    )


@router.post("/{action_id}/cancel", response_model=ActionRead, responses=problems(*_CHANGE_REFUSED))
async def cancel_agreement_action(
    session: SessionDep,
    caller: ActionWriter,
    once: OnceDep,
    now: Now,
    action_id: ActionId,
    body: Annotated[ActionCancel, Body(examples=[{"reason": "Digabung dengan aksi lain."}])],
) -> Response:
    """Say that an action will not be done, and why."""

    async def work() -> ActionRead:
        action = await operations.cancel_action(
            session, action_id, body, scope=caller.scope, now=now
        )
        return read_action(action, today=ledger_day(now))

    return await answer_once(
        session, Idempotency, once, work, etag=lambda action: etag_of(action.version)
    )


def _answer(action: ActionRead) -> Response:
    return Response(
        action.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(action.version)},
    )
