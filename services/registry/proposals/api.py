"""HTTP face of proposals."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.registry.access.rules import OutOfScopeError
from services.registry.agreements import rules as agreements
from services.registry.areas.rules import AreaTooCoarseError, AreaUnknownError
from services.registry.base import Idempotency
from services.registry.facilities import rules as facilities
from services.registry.institutions import rules as institutions
from services.registry.proposal_targets.rules import TargetKind
from services.registry.proposals import operations, queries, rules
from services.registry.proposals.operations import Decider
from services.registry.proposals.queries import ProposalFilter, Reader
from services.registry.proposals.rules import ProposalState
from services.registry.proposals.schemas import (
    DifferenceRead,
    ProposalComparison,
    ProposalCreate,
    ProposalRead,
    ProposalRefusal,
)
from services.registry.space_changes.rules import CapacityBookedError
from services.registry.spaces import rules as spaces
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, PageRequest, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/proposals", tags=["proposals"])

ProposalId = Annotated[UUID, Path(description="The proposal's identifier.")]
ProposalReader = Annotated[Caller, Depends(Requires(Permission.PROPOSALS_READ))]
ProposalMaker = Annotated[Caller, Depends(Requires(Permission.PROPOSALS_WRITE))]
ProposalDecider = Annotated[Caller, Depends(Requires(Permission.PROPOSALS_DECIDE))]

_TARGET_UNKNOWN: Final = (
    facilities.FacilityNotFoundError,
    institutions.InstitutionNotFoundError,
    spaces.SpaceNotFoundError,
    agreements.AgreementNotFoundError,
)
_TARGET_UNCHANGING: Final = (
    facilities.FacilityClosedError,
    institutions.InstitutionEndedError,
    spaces.SpaceClosedError,
    agreements.AgreementStateRefusedError,
)
# What the change of a target may be refused for once it is done.
_CHANGE_REFUSED: Final = (
    *_TARGET_UNCHANGING,
    facilities.FormRefusedError,
    facilities.ParentMissingError,
    facilities.ParentUnknownError,
    facilities.PointIncompleteError,
    institutions.InstitutionParentRefusedError,
    institutions.InstitutionUnknownError,
    spaces.SpaceNameTakenError,
    CapacityBookedError,
    agreements.AgreementPeriodInvalidError,
    agreements.AgreementBasisRefusedError,
    agreements.AgreementNumberTakenError,
    AreaTooCoarseError,
    AreaUnknownError,
)
_DECISION_REFUSED: Final = (
    rules.ProposalNotFoundError,
    rules.ProposalOwnError,
    rules.ProposalClosedError,
    OutOfScopeError,
)
_EXAMPLE: Final = {
    "target": "FACILITY",
    "target_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "change": {"name": "PLUT Contoh (DATA SINTETIS)", "address": None},
    "reason": "Nama pada papan balai berbeda.",
}


def _after(page: PageRequest) -> tuple[datetime, UUID] | None:
    if page.after is None:
        return None
    return datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))


def _check_change(body: ProposalCreate) -> None:
    """Refuse at once what the target's own PATCH would refuse for its form."""
    try:
        operations.change_of(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**each, "loc": ("body", "change", *each["loc"])} for each in found]
        ) from error


@router.get("", responses=problems(CursorInvalidError))
async def list_proposals(
    *,
    request: Request,
    session: SessionDep,
    caller: ProposalReader,
    page: PageArgs,
    state: Annotated[ProposalState | None, Query()] = None,
    target: Annotated[TargetKind | None, Query()] = None,
    target_id: Annotated[UUID | None, Query(description="What is to be changed.")] = None,
    mine: Annotated[bool, Query(description="Only what the caller has proposed.")] = False,
) -> Page[ProposalRead]:
    """List proposals about what lies within the caller's scope, and his own, the oldest first."""
    name = caller.actor.name
    wanted = ProposalFilter(
        state=state, target=target, target_id=target_id, maker=name if mine else None
    )
    rows = await queries.list_proposals(
        session,
        reader=Reader(caller.scope, name),
        wanted=wanted,
        after=_after(page),
        limit=page.fetch,
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.proposed_at.isoformat(), str(row.id)],
        read=ProposalRead,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ProposalRead,
    responses=problems(
        *_TARGET_UNKNOWN,
        *_TARGET_UNCHANGING,
        rules.ProposalEmptyError,
        rules.ProposalRepeatedError,
    ),
)
async def make_proposal(
    session: SessionDep,
    caller: ProposalMaker,
    once: OnceDep,
    now: Now,
    body: Annotated[ProposalCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Propose a change of what the caller may not change; it supersedes his earlier proposal."""
    _check_change(body)

    async def work() -> ProposalRead:
        proposal = await operations.make_proposal(
            session,
            body,
            maker=Reader(caller.scope, caller.actor.name),
            now=now,
            today=ledger_day(now),
        )
        return ProposalRead.model_validate(proposal)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda proposal: f"/v1/proposals/{proposal.id}",
    )


@router.get(
    "/{proposal_id}",
    responses=problems(rules.ProposalNotFoundError, agreements.AgreementNotFoundError),
)
async def get_proposal(
    session: SessionDep, caller: ProposalReader, proposal_id: ProposalId
) -> ProposalComparison:
    """Return one proposal beside its target as it is now."""
    reader = Reader(caller.scope, caller.actor.name)
    proposal = await queries.get_proposal(session, proposal_id, reader=reader)
    outdated, present = await operations.compare_proposal(session, proposal, scope=caller.scope)
    return ProposalComparison(
        **ProposalRead.model_validate(proposal).model_dump(),
        outdated=outdated,
        present=[DifferenceRead.model_validate(each) for each in present],
    )


@router.post(
    "/{proposal_id}/approve",
    response_model=ProposalRead,
    responses=problems(
        *_DECISION_REFUSED, rules.ProposalOutdatedError, *_TARGET_UNKNOWN, *_CHANGE_REFUSED
    ),
)
async def approve_proposal(
    session: SessionDep, caller: ProposalDecider, once: OnceDep, now: Now, proposal_id: ProposalId
) -> Response:
    """Approve what somebody else has proposed: the target changes in the same moment."""

    async def work() -> ProposalRead:
        proposal = await operations.approve_proposal(
            session,
            proposal_id,
            decider=Decider(caller.actor, caller.scope),
            now=now,
            today=ledger_day(now),
        )
        return ProposalRead.model_validate(proposal)

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/{proposal_id}/refuse", response_model=ProposalRead, responses=problems(*_DECISION_REFUSED)
)
async def refuse_proposal(
    session: SessionDep,
    caller: ProposalDecider,
    once: OnceDep,
    now: Now,
    proposal_id: ProposalId,
    body: Annotated[ProposalRefusal, Body(examples=[{"reason": "Sudah sesuai papan nama."}])],
) -> Response:
    """Refuse what somebody else has proposed, and say why."""

    async def work() -> ProposalRead:
        proposal = await operations.refuse_proposal(
            session,
            proposal_id,
            reason=body.reason,
            decider=Decider(caller.actor, caller.scope),
            now=now,
        )
        return ProposalRead.model_validate(proposal)

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/{proposal_id}/withdraw",
    response_model=ProposalRead,
    responses=problems(
        rules.ProposalNotFoundError, rules.ProposalOfAnotherError, rules.ProposalClosedError
    ),
)
async def withdraw_proposal(
    session: SessionDep, caller: ProposalMaker, once: OnceDep, now: Now, proposal_id: ProposalId
) -> Response:
    """Withdraw what the caller has proposed himself."""

    async def work() -> ProposalRead:
        proposal = await operations.withdraw_proposal(
            session,
            proposal_id,
            reader=Reader(caller.scope, caller.actor.name),
            now=now,
        )
        return ProposalRead.model_validate(proposal)

    return await answer_once(session, Idempotency, once, work)
