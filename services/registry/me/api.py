"""HTTP face of what concerns the caller himself: open to whoever has a token that is believed."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response, status

from services.registry.assignments.api import RolesOf
from services.registry.assignments.queries import assignments_of
from services.registry.assignments.rules import state_on
from services.registry.assignments.tables import Assignment
from services.registry.base import Idempotency
from services.registry.invitations import operations
from services.registry.invitations.api import CodeKey, read_of
from services.registry.invitations.queries import claimed_by
from services.registry.invitations.rules import (
    ClaimRefusedError,
    CodeMistypedError,
    InvitationNotFoundError,
    InvitationUsedError,
    TooManyClaimsError,
    read_code,
)
from services.registry.invitations.schemas import InvitationClaim, MyInvitation
from services.registry.me.schemas import GrantRead, MeRead, MyAssignment, ReachRead
from shared.clock import ledger_day, utc_now
from shared.scope import PERMISSIONS, Actor, Grant, Permission
from shared.web.auth import Known
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/me", tags=["me"])


@router.get("")
async def get_me(session: SessionDep, caller: Known) -> MeRead:
    """Return who the caller is, what he may do and where, and what he has claimed."""
    actor = caller.actor
    today = ledger_day(utc_now())
    own = await assignments_of(session, issuer=actor.issuer, subject=actor.subject)
    claimed = await claimed_by(session, issuer=actor.issuer, subject=actor.subject)
    return MeRead(
        issuer=actor.issuer,
        subject=actor.subject,
        permissions=_permissions(*actor.grants),
        grants=[_grant(grant) for grant in actor.grants],
        scope=[ReachRead.model_validate(reach) for reach in actor.scope().reaches],
        assignments=[_assignment(assignment, today) for assignment in own],
        invitations=[MyInvitation.model_validate(read_of(each)) for each in claimed],
    )


def _permissions(*grants: Grant) -> list[Permission]:
    return sorted({permission for grant in grants for permission in PERMISSIONS[grant.role]})


def _grant(grant: Grant) -> GrantRead:
    return GrantRead(
        role=grant.role,
        ministries=list(grant.ministries),
        areas=list(grant.areas),
        facilities=list(grant.facilities),
        participant_id=grant.participant_id,
        permissions=_permissions(grant),
    )


def _assignment(assignment: Assignment, today: date) -> MyAssignment:
    return MyAssignment(
        id=assignment.id,
        label=assignment.label,
        role=assignment.role,
        ministries=assignment.ministries,
        areas=assignment.areas,
        facilities=assignment.facilities,
        valid_from=assignment.valid_from,
        valid_to=assignment.valid_to,
        state=state_on(
            today,
            valid_from=assignment.valid_from,
            valid_to=assignment.valid_to,
            revoked=assignment.revoked_at is not None,
        ),
    )


@router.post(
    "/invitations",
    status_code=status.HTTP_201_CREATED,
    response_model=MyInvitation,
    responses=problems(
        ClaimRefusedError,
        CodeMistypedError,
        InvitationNotFoundError,
        InvitationUsedError,
        TooManyClaimsError,
    ),
)
async def claim_invitation(
    request: Request,
    session: SessionDep,
    caller: Known,
    *,
    once: OnceDep,
    key: CodeKey,
    roles_of: RolesOf,
    body: Annotated[InvitationClaim, Body(examples=[{"code": "7K2QX-M4TPD"}])],
) -> Response:
    """Claim the invitation of a code; the office approves it then, and no grant is needed."""
    _check_claimant(caller.actor, roles_of)
    read_code(body.code)
    now = utc_now()
    # Before the first statement of the request: one connection at a time.
    await operations.count_try(request.scope["state"]["sessions"], caller.actor, now=now)

    async def work() -> MyInvitation:
        invitation = await operations.claim_invitation(
            session, body.code, caller=caller.actor, key=key, now=now
        )
        return MyInvitation.model_validate(invitation)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


def _check_claimant(actor: Actor, roles_of: RolesOf) -> None:
    if actor.issuer not in roles_of:
        raise ClaimRefusedError
