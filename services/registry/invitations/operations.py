"""Changes to invitations, each within the caller's transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments import operations as assignments
from services.registry.assignments import rules as granting
from services.registry.assignments.operations import Terms
from services.registry.assignments.queries import get_assignment, operators_of
from services.registry.assignments.rules import AssignmentNotFoundError, Login
from services.registry.assignments.tables import Assignment
from services.registry.base import Event
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityClosedError
from services.registry.facilities.tables import Facility
from services.registry.invitations import queries, rules
from services.registry.invitations.queries import Headless
from services.registry.invitations.rules import InvitationState
from services.registry.invitations.tables import ClaimAttempt, Invitation
from shared.db.events import Draft, emit_all
from shared.db.grants import holder_of
from shared.db.session import Sessions, transaction
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.registry import FacilityStatus, InvitationTurned, Topic
from shared.scope import NATIONAL, NOTHING, Actor, Grant, Permission, Role

# Why the assignment of a former head ended.
_HANDOVER: Final = "handover"
_TOPICS: Final = {
    InvitationState.ISSUED: Topic.INVITATION_ISSUED,
    InvitationState.CLAIMED: Topic.INVITATION_CLAIMED,
    InvitationState.APPROVED: Topic.INVITATION_APPROVED,
    InvitationState.REFUSED: Topic.INVITATION_REFUSED,
    InvitationState.REVOKED: Topic.INVITATION_REVOKED,
    InvitationState.EXPIRED: Topic.INVITATION_EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to invite: to which role, under which label (None: the facility's name), until when."""

    role: Role
    label: str | None
    expires_at: datetime
    hands_over_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """Who issues or decides, when, and the key from which codes follow."""

    actor: Actor
    now: datetime
    key: bytes = b""


def _grant(facility_id: UUID, role: Role) -> Grant:
    return Grant(role, facilities=(facility_id,))


def _new_invitation(facility: Facility, wanted: Wanted, office: Office) -> Invitation:
    invitation_id = new_id()
    return Invitation(
        id=invitation_id,
        facility_id=facility.id,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        owner_ministry=facility.owner_ministry,
        role=wanted.role,
        label=wanted.label or facility.name,
        code_hash=rules.hash_of(office.key, rules.code_of(office.key, invitation_id)),
        state=InvitationState.ISSUED,
        expires_at=wanted.expires_at,
        issued_by=office.actor.name,
        issued_at=office.now,
        hands_over_id=wanted.hands_over_id,
        version=1,
    )


def _told(invitation: Invitation, *, now: datetime) -> Draft:
    return Draft(
        topic=_TOPICS[invitation.state],
        stream_id=invitation.id,
        event=InvitationTurned(
            invitation_id=invitation.id,
            facility_id=invitation.facility_id,
            role=invitation.role,
            state=invitation.state,
            assignment_id=invitation.assignment_id,
        ),
        place=place_of(invitation),
        occurred_at=now,
        version=invitation.version,
    )


async def _keep(session: AsyncSession, made: list[Invitation], *, now: datetime) -> None:
    session.add_all(made)
    await session.flush()
    await emit_all(session, Event, [_told(invitation, now=now) for invitation in made])


async def _open_facility(session: AsyncSession, facility_id: UUID) -> Facility:
    facility = await get_facility(session, facility_id)
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError
    return facility


async def issue_invitation(
    session: AsyncSession, facility_id: UUID, wanted: Wanted, *, office: Office
) -> Invitation:
    """Invite somebody to a facility.

    Raises:
        InvitedRoleRefusedError, InvitationExpiryInvalidError: when it is not sound.
        FacilityNotFoundError, FacilityClosedError: when there is nothing to run.
        RoleNotGrantableError, OutOfScopeError: when the caller could not grant the role there.
    """
    rules.check_invited(wanted.role, expires_at=wanted.expires_at, now=office.now)
    facility = await _open_facility(session, facility_id)
    _check_may_invite(facility, wanted.role, office)
    invitation = _new_invitation(facility, wanted, office)
    await _keep(session, [invitation], now=office.now)
    return invitation


def _check_may_invite(facility: Facility, role: Role, office: Office) -> None:
    granting.check_may_grant(
        office.actor,
        _grant(facility.id, role),
        to=None,
        places={facility.id: place_of(facility)},
    )


async def issue_invitations(
    session: AsyncSession, headless: Headless, wanted: Wanted, *, office: Office, limit: int
) -> tuple[list[Invitation], int]:
    """Invite the heads of facilities that have none, and return how many are left.

    Raises:
        InvitationExpiryInvalidError: when the invitations would be good too long, or not at all.
    """
    rules.check_invited(wanted.role, expires_at=wanted.expires_at, now=office.now)
    facilities = await queries.lock_headless(session, headless, limit=limit)
    for facility in facilities:
        _check_may_invite(facility, wanted.role, office)
    made = [_new_invitation(facility, wanted, office) for facility in facilities]
    await _keep(session, made, now=office.now)
    return made, await queries.count_headless(session, headless)


async def hand_over(
    session: AsyncSession,
    facility_id: UUID,
    wanted: Wanted,
    *,
    office: Office,
    today: date,
) -> Invitation:
    """Invite the next head; that one's approval ends the present one's assignment.

    Raises:
        InvitationExpiryInvalidError: when it is not sound.
        FacilityNotFoundError, FacilityClosedError: when there is nothing to hand over.
        HandoverRefusedError, OutOfScopeError: when the caller neither runs it nor is its office.
        HandoverUnclearError: when it is not clear whose assignment is to end.
    """
    rules.check_invited(wanted.role, expires_at=wanted.expires_at, now=office.now)
    facility = await _open_facility(session, facility_id)
    heads = await operators_of(session, facility_id, on=today)
    own = [head for head in heads if assignments.login_of(head).name == office.actor.name]
    if not own:
        if not office.actor.may(Permission.ASSIGNMENTS_WRITE):
            raise rules.HandoverRefusedError
        _check_may_invite(facility, wanted.role, office)
    ending = _ending(own or heads, wanted.hands_over_id)
    invitation = _new_invitation(
        facility, Wanted(wanted.role, wanted.label, wanted.expires_at, ending.id), office
    )
    await _keep(session, [invitation], now=office.now)
    return invitation


def _ending(heads: Collection[Assignment], named: UUID | None) -> Assignment:
    found = [head for head in heads if named in (None, head.id)]
    if len(found) != 1:
        raise rules.HandoverUnclearError
    return found[0]


async def count_try(sessions: Sessions, caller: Actor, *, now: datetime) -> None:
    """Count a try at a code, in a transaction of its own: a refused one counts as well.

    Raises:
        TooManyClaimsError: when the caller has had his tries for the hour.
    """
    fresh = insert(ClaimAttempt).values(
        holder=holder_of(caller.issuer, caller.subject), tries=1, since=now
    )
    over = ClaimAttempt.since <= now - rules.WINDOW
    counted = fresh.on_conflict_do_update(
        index_elements=["holder"],
        set_={
            "tries": case((over, 1), else_=ClaimAttempt.tries + 1),
            "since": case((over, now), else_=ClaimAttempt.since),
        },
    ).returning(ClaimAttempt.tries, ClaimAttempt.since)
    async with transaction(sessions, scope=NOTHING, actor=caller) as session:
        row = (await session.execute(counted)).one()
    rules.check_tries(row.tries, since=row.since, now=now)


async def claim_invitation(
    session: AsyncSession, code: str, *, caller: Actor, key: bytes, now: datetime
) -> Invitation:
    """Claim the invitation of a code for the caller; the office decides on it then.

    Raises:
        CodeMistypedError: when no code looks like this.
        InvitationNotFoundError: when there is none, it has expired or was revoked.
        InvitationUsedError: when it has been claimed.
    """
    invitation = await queries.claimable(session, rules.hash_of(key, code))
    rules.check_claim(rules.state_at(now, state=invitation.state, expires_at=invitation.expires_at))
    invitation.claimed_issuer = caller.issuer
    invitation.claimed_subject = caller.subject
    invitation.claimed_at = now
    await _turn(session, invitation, InvitationState.CLAIMED, now=now)
    return invitation


async def _turn(
    session: AsyncSession, invitation: Invitation, wanted: InvitationState, *, now: datetime
) -> None:
    present = rules.state_at(now, state=invitation.state, expires_at=invitation.expires_at)
    rules.check_turn(present=present, wanted=wanted)
    invitation.state = wanted
    invitation.version += 1
    await session.flush()
    await emit_all(session, Event, [_told(invitation, now=now)])


async def approve_invitation(
    session: AsyncSession,
    invitation: Invitation,
    *,
    valid_from: date | None,
    valid_to: date | None,
    office: Office,
    roles_of: Mapping[str, Collection[Role]],
    today: date,
) -> None:
    """Let the claimant of a locked invitation act; a handover ends the former assignment with it.

    Raises:
        InvitationStateRefusedError: when nobody has claimed it, or it has been decided on.
        FacilityNotFoundError, FacilityClosedError: when there is nothing to run any more.
        HandoverDoneError: when the former head has handed over to somebody else.
        And what `grant_assignment` raises.
    """
    rules.check_turn(present=invitation.state, wanted=InvitationState.APPROVED)
    await _open_facility(session, invitation.facility_id)
    if invitation.hands_over_id is not None:
        await _end_former(session, invitation.hands_over_id, office)
    assignment = await assignments.grant_assignment(
        session,
        Login(str(invitation.claimed_issuer), str(invitation.claimed_subject)),
        _grant(invitation.facility_id, invitation.role),
        Terms(invitation.label, valid_from or today, valid_to),
        actor=office.actor,
        roles_of=roles_of,
        now=office.now,
        today=today,
    )
    invitation.assignment_id = assignment.id
    await _decide(session, invitation, InvitationState.APPROVED, office)


async def _end_former(session: AsyncSession, assignment_id: UUID, office: Office) -> None:
    # Whoever handed over was entitled to; the approver need not see the former head's assignment.
    try:
        former = await get_assignment(session, assignment_id, scope=NATIONAL, for_update=True)
    except AssignmentNotFoundError:
        return
    if former.revoked_at is not None and former.revoke_reason == _HANDOVER:
        raise rules.HandoverDoneError
    if former.revoked_at is None:
        await assignments.end_assignment(
            session, former, reason=_HANDOVER, actor=office.actor, now=office.now
        )


async def _decide(
    session: AsyncSession, invitation: Invitation, wanted: InvitationState, office: Office
) -> None:
    invitation.decided_by = office.actor.name
    invitation.decided_at = office.now
    await _turn(session, invitation, wanted, now=office.now)


async def end_invitation(
    session: AsyncSession,
    invitation: Invitation,
    *,
    wanted: InvitationState,
    reason: str,
    office: Office,
) -> None:
    """Refuse a claim on, or revoke, a locked invitation.

    Raises:
        InvitationStateRefusedError: when its state does not allow it.
        FacilityNotFoundError: when the facility is gone.
        RoleNotGrantableError, OutOfScopeError: when the caller could not have issued it.
    """
    facility = await get_facility(session, invitation.facility_id)
    _check_may_invite(facility, invitation.role, office)
    invitation.reason = reason
    await _decide(session, invitation, wanted, office)


async def expire_invitations(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Note which invitations nobody claimed in time, and return how many these were."""
    found = await queries.due(session, now=now, limit=limit)
    for invitation in found:
        invitation.state = InvitationState.EXPIRED
        invitation.version += 1
    await session.flush()
    await emit_all(session, Event, [_told(invitation, now=now) for invitation in found])
    return len(found)


async def forget_tries(session: AsyncSession, *, now: datetime) -> None:
    """Delete the counts of tries whose window is over."""
    await session.execute(delete(ClaimAttempt).where(ClaimAttempt.since <= now - rules.WINDOW))
