"""HTTP face of invitations."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.queries import known_codes
from services.registry.areas.rules import AreaUnknownError
from services.registry.assignments.api import NOT_HIS, RolesOf
from services.registry.assignments.rules import AssignmentOverlapError, AssignmentPeriodInvalidError
from services.registry.base import Idempotency
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.invitations import operations, queries, rules
from services.registry.invitations.operations import Office, Wanted
from services.registry.invitations.queries import Headless, InvitationFilter
from services.registry.invitations.rules import InvitationState
from services.registry.invitations.schemas import (
    FacilityInvited,
    HandoverCreate,
    InvitationApprove,
    InvitationCreate,
    InvitationEnd,
    InvitationIssued,
    InvitationRead,
    InvitationsCreate,
    InvitationsIssued,
)
from services.registry.invitations.tables import Invitation
from shared.clock import ledger_day, utc_now
from shared.schemas.paging import Page
from shared.scope import Permission, Role
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.once import OnceDep, OnceRequest, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/invitations", tags=["invitations"])
handover_router = APIRouter(prefix="/facilities/{facility_id}/handover", tags=["invitations"])

InvitationId = Annotated[UUID, Path(description="The invitation's identifier.")]
FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
InvitationReader = Annotated[Caller, Depends(Requires(Permission.ASSIGNMENTS_READ))]
InvitationWriter = Annotated[Caller, Depends(Requires(Permission.ASSIGNMENTS_WRITE))]

_UNTIL: Final = "2026-12-31T17:00:00Z"
_ISSUE_REFUSED: Final = (
    *NOT_HIS[1:],
    FacilityNotFoundError,
    FacilityClosedError,
    rules.InvitedRoleRefusedError,
    rules.InvitationExpiryInvalidError,
)
_END_REFUSED: Final = problems(
    *NOT_HIS[1:], rules.InvitationNotFoundError, rules.InvitationStateRefusedError
)


async def _code_key(request: Request) -> bytes:
    """Return the key from which codes follow; it never leaves the process."""
    key: bytes = request.scope["state"]["fingerprint_key"]
    return hashlib.sha256(b"balai invitations\n" + key).digest()


CodeKey = Annotated[bytes, Depends(_code_key)]


def read_of(invitation: Invitation) -> InvitationRead:
    """Return an invitation as it counts at this moment."""
    read = InvitationRead.model_validate(invitation)
    present = rules.state_at(utc_now(), state=read.state, expires_at=read.expires_at)
    return read.model_copy(update={"state": present})


def _with_codes(response: Response, key: bytes) -> Response:
    """Return an answer with the codes put in: the stored answer, and so every table, has none."""
    told: dict[str, Any] = json.loads(bytes(response.body))
    for each in told.get("items", [told]):
        invitation_id = each.get("invitation", each)["id"]
        each["code"] = rules.code_of(key, UUID(invitation_id))
    return Response(
        json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        status_code=response.status_code,
        headers=_kept(response.headers),
        media_type="application/json",
    )


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name not in ("content-length", "content-type")
    }


@router.get("", responses=problems(CursorInvalidError))
async def list_invitations(
    request: Request,
    session: SessionDep,
    caller: InvitationReader,
    page: PageArgs,
    *,
    state: Annotated[list[InvitationState] | None, Query()] = None,
    facility_id: Annotated[UUID | None, Query(description="To which facility.")] = None,
) -> Page[InvitationRead]:
    """List the invitations within the caller's scope in the order of their ids."""
    rows = await queries.list_invitations(
        session,
        InvitationFilter(tuple(state or ()), facility_id),
        scope=caller.scope,
        now=utc_now(),
        after=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=read_of)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=InvitationIssued,
    responses=problems(*_ISSUE_REFUSED),
)
async def issue_invitation(
    session: SessionDep,
    caller: InvitationWriter,
    once: OnceDep,
    key: CodeKey,
    body: Annotated[
        InvitationCreate,
        Body(
            examples=[{"facility_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11", "expires_at": _UNTIL}]
        ),
    ],
) -> Response:
    """Invite somebody to run or teach at a facility; this answer alone shows the code."""
    office = Office(caller.actor, utc_now(), key)

    async def work() -> InvitationRead:
        wanted = Wanted(body.role, body.label, body.expires_at)
        return read_of(
            await operations.issue_invitation(session, body.facility_id, wanted, office=office)
        )

    response = await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda invitation: f"/v1/invitations/{invitation.id}",
    )
    return _with_codes(response, key)


@router.post(
    "/bulk",
    status_code=status.HTTP_201_CREATED,
    response_model=InvitationsIssued,
    responses=problems(*NOT_HIS[1:], AreaUnknownError, rules.InvitationExpiryInvalidError),
)
async def issue_invitations(
    session: SessionDep,
    caller: InvitationWriter,
    once: OnceDep,
    key: CodeKey,
    body: Annotated[InvitationsCreate, Body(examples=[{"area": "33.73", "expires_at": _UNTIL}])],
) -> Response:
    """Invite the heads of up to 100 facilities that have none: a list to print, with the codes."""
    office = Office(caller.actor, utc_now(), key)
    today = ledger_day(office.now)
    headless = Headless(body.area, body.kind, caller.scope, office.now, today)

    async def work() -> InvitationsIssued:
        if not await known_codes(session, [body.area], on=today):
            raise AreaUnknownError(pointer="/area")
        made, remaining = await operations.issue_invitations(
            session,
            headless,
            Wanted(Role.FACILITY_OPERATOR, None, body.expires_at),
            office=office,
            limit=body.limit,
        )
        names = await queries.facility_names(session, [each.facility_id for each in made])
        items = [_item(invitation, names) for invitation in made]
        return InvitationsIssued(items=items, remaining=remaining)

    response = await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)
    return _with_codes(response, key)


def _item(invitation: Invitation, names: Mapping[UUID, tuple[str, str]]) -> FacilityInvited:
    code, name = names[invitation.facility_id]
    return FacilityInvited(
        facility_id=invitation.facility_id,
        facility_code=code,
        facility_name=name,
        invitation=read_of(invitation),
        code="",
    )


@handover_router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=InvitationIssued,
    responses=problems(*_ISSUE_REFUSED, rules.HandoverRefusedError, rules.HandoverUnclearError),
)
async def hand_over_facility(
    session: SessionDep,
    caller: InvitationReader,
    once: OnceDep,
    key: CodeKey,
    facility_id: FacilityId,
    body: Annotated[HandoverCreate, Body(examples=[{"expires_at": _UNTIL}])],
) -> Response:
    """Invite the next head, by the present one or the office; approving her ends his assignment."""
    office = Office(caller.actor, utc_now(), key)

    async def work() -> InvitationRead:
        wanted = Wanted(Role.FACILITY_OPERATOR, body.label, body.expires_at, body.assignment_id)
        invitation = await operations.hand_over(
            session, facility_id, wanted, office=office, today=ledger_day(office.now)
        )
        return read_of(invitation)

    response = await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda invitation: f"/v1/invitations/{invitation.id}",
    )
    return _with_codes(response, key)


@router.get("/{invitation_id}", responses=problems(rules.InvitationNotFoundError))
async def get_invitation(
    session: SessionDep, caller: InvitationReader, invitation_id: InvitationId
) -> InvitationRead:
    """Return one invitation within the caller's scope."""
    return read_of(await queries.get_invitation(session, invitation_id, scope=caller.scope))


@router.post(
    "/{invitation_id}/approve",
    response_model=InvitationRead,
    responses=problems(
        *NOT_HIS,
        rules.InvitationNotFoundError,
        rules.HandoverDoneError,
        rules.InvitationStateRefusedError,
        FacilityClosedError,
        AssignmentPeriodInvalidError,
        AssignmentOverlapError,
    ),
)
async def approve_invitation(
    session: SessionDep,
    caller: InvitationWriter,
    once: OnceDep,
    roles_of: RolesOf,
    invitation_id: InvitationId,
    body: Annotated[InvitationApprove | None, Body(examples=[{"valid_to": "2028-12-31"}])] = None,
) -> Response:
    """Let the claimant act from now on; a handover ends the former head's assignment with it."""
    office = Office(caller.actor, utc_now())
    valid = body or InvitationApprove()

    async def work() -> InvitationRead:
        invitation = await queries.get_invitation(
            session, invitation_id, scope=caller.scope, for_update=True
        )
        await operations.approve_invitation(
            session,
            invitation,
            valid_from=valid.valid_from,
            valid_to=valid.valid_to,
            office=office,
            roles_of=roles_of,
            today=ledger_day(office.now),
        )
        return read_of(invitation)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda invitation: etag_of(invitation.version)
    )


@router.post("/{invitation_id}/refuse", response_model=InvitationRead, responses=_END_REFUSED)
async def refuse_invitation(
    session: SessionDep,
    caller: InvitationWriter,
    once: OnceDep,
    invitation_id: InvitationId,
    body: Annotated[InvitationEnd, Body(examples=[{"reason": "Bukan pengurus yayasan"}])],
) -> Response:
    """Refuse a claim: whoever claimed the code is not whom the office meant."""
    return await _end(session, once, _End(invitation_id, caller, InvitationState.REFUSED, body))


@router.post("/{invitation_id}/revoke", response_model=InvitationRead, responses=_END_REFUSED)
async def revoke_invitation(
    session: SessionDep,
    caller: InvitationWriter,
    once: OnceDep,
    invitation_id: InvitationId,
    body: Annotated[InvitationEnd, Body(examples=[{"reason": "Surat hilang"}])],
) -> Response:
    """Make a code worthless at once, whether it has been claimed or not."""
    return await _end(session, once, _End(invitation_id, caller, InvitationState.REVOKED, body))


@dataclass(frozen=True, slots=True)
class _End:
    """Who wants which invitation to end how, and why."""

    invitation_id: UUID
    caller: Caller
    wanted: InvitationState
    body: InvitationEnd


async def _end(session: AsyncSession, once: OnceRequest, end: _End) -> Response:
    async def work() -> InvitationRead:
        invitation = await queries.get_invitation(
            session, end.invitation_id, scope=end.caller.scope, for_update=True
        )
        await operations.end_invitation(
            session,
            invitation,
            wanted=end.wanted,
            reason=end.body.reason,
            office=Office(end.caller.actor, utc_now()),
        )
        return read_of(invitation)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda invitation: etag_of(invitation.version)
    )
