"""Changes by four eyes: one proposes, another decides, the target's own operation does it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.proposal_targets.operations import TARGETS
from services.registry.proposals import queries, rules
from services.registry.proposals.queries import Reader
from services.registry.proposals.rules import (
    Difference,
    ProposalEmptyError,
    ProposalRepeatedError,
    ProposalState,
)
from services.registry.proposals.schemas import ProposalCreate
from services.registry.proposals.tables import Proposal
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.base import Body
from shared.schemas.registry import ProposalTurned, Topic
from shared.scope import Actor, Scope

_TOPICS: Final[dict[ProposalState, Topic]] = {
    ProposalState.OPEN: Topic.PROPOSAL_MADE,
    ProposalState.APPROVED: Topic.PROPOSAL_APPROVED,
    ProposalState.REFUSED: Topic.PROPOSAL_REFUSED,
    ProposalState.WITHDRAWN: Topic.PROPOSAL_WITHDRAWN,
    ProposalState.SUPERSEDED: Topic.PROPOSAL_SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides: how far he may decide, and what he may change himself."""

    actor: Actor
    scope: Scope

    @property
    def reader(self) -> Reader:
        """He sees what he may decide, and what he has proposed himself."""
        return Reader(self.scope, self.actor.name)


def change_of(body: ProposalCreate) -> Body:
    """Return the change that is proposed, as the PATCH of its target would take it.

    Raises:
        ValidationError: when it is none.
    """
    return TARGETS[body.target].change.model_validate(body.change)


async def make_proposal(
    session: AsyncSession, body: ProposalCreate, *, maker: Reader, now: datetime, today: date
) -> Proposal:
    """Propose a change; it takes the place of what the same office has proposed before.

    Raises:
        FacilityNotFoundError, InstitutionNotFoundError, SpaceNotFoundError, AgreementNotFoundError:
            when there is no such target that the maker may read.
        FacilityClosedError, InstitutionEndedError, SpaceClosedError, AgreementStateRefusedError:
            when it does not change any more.
        ProposalEmptyError: when it changes nothing.
        ProposalRepeatedError: when the same office proposes twice at one moment.
    """
    target = TARGETS[body.target]
    change = change_of(body).model_dump(mode="json", exclude_unset=True)
    row = await target.find(session, body.target_id, maker.scope)
    target.check(row, today)
    diff = rules.differences(target.present(row, list(change)), change)
    if not diff:
        raise ProposalEmptyError(pointer="/change")
    before = await queries.find_open(session, row.id, maker=maker.name)
    if before is not None:
        await _turn(session, before, ProposalState.SUPERSEDED, by=maker.name, now=now)
    place = place_of(row)
    proposal = Proposal(
        id=new_id(),
        target=body.target,
        target_id=row.id,
        province_code=place.province_code,
        regency_code=place.regency_code,
        facility_id=place.facility_id,
        owner_ministry=place.owner_ministry,
        co_ministry=place.co_ministry,
        change=change,
        diff=[asdict(each) for each in diff],
        base_version=row.version,
        reason=body.reason,
        state=ProposalState.OPEN,
        proposed_by=maker.name,
        proposed_at=now,
        version=1,
    )
    session.add(proposal)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, {"uq_proposal_open": ProposalRepeatedError}) from error
    if before is not None:
        before.superseded_by_id = proposal.id
    await _announce(session, proposal, now=now)
    return proposal


async def approve_proposal(
    session: AsyncSession, proposal_id: UUID, *, decider: Decider, now: datetime, today: date
) -> Proposal:
    """Do what somebody else has proposed, within the scope of who approves it.

    Raises:
        ProposalNotFoundError: when there is none of this id within the decider's scope.
        ProposalClosedError: when it is no longer open.
        ProposalOwnError: when he made it himself.
        OutOfScopeError: when he may not change the target himself.
        ProposalOutdatedError: when what would change has changed since.
        And what the target's own change raises.
    """
    proposal = await _to_decide(session, proposal_id, decider=decider)
    target = TARGETS[proposal.target]
    writes = decider.actor.scope(target.permission)
    row = await target.lock(session, proposal.target_id, scope=writes)
    check_within(decider.scope, place_of(row))
    _follow(proposal, row)
    rules.check_fresh(_kept(proposal), target.present(row, list(proposal.change)), proposal.change)
    change = target.change.model_validate(proposal.change)
    await target.correct(session, row, change, scope=writes, now=now, today=today)
    await _turn(session, proposal, ProposalState.APPROVED, by=decider.actor.name, now=now)
    return proposal


async def refuse_proposal(
    session: AsyncSession, proposal_id: UUID, *, reason: str, decider: Decider, now: datetime
) -> Proposal:
    """Refuse what somebody else has proposed, and say why.

    Raises:
        ProposalNotFoundError: when there is none of this id within the decider's scope.
        ProposalClosedError: when it is no longer open.
        ProposalOwnError: when he made it himself.
        OutOfScopeError: when the target is outside his scope.
    """
    proposal = await _to_decide(session, proposal_id, decider=decider)
    row = await TARGETS[proposal.target].find(session, proposal.target_id, decider.scope)
    check_within(decider.scope, place_of(row))
    _follow(proposal, row)
    proposal.decision_reason = reason
    await _turn(session, proposal, ProposalState.REFUSED, by=decider.actor.name, now=now)
    return proposal


async def withdraw_proposal(
    session: AsyncSession, proposal_id: UUID, *, reader: Reader, now: datetime
) -> Proposal:
    """Withdraw what the caller has proposed himself.

    Raises:
        ProposalNotFoundError: when there is none of this id that he may see.
        ProposalOfAnotherError: when somebody else made it.
        ProposalClosedError: when it is no longer open.
    """
    proposal = await queries.get_proposal(session, proposal_id, reader=reader, for_update=True)
    rules.check_maker(maker=proposal.proposed_by, actor=reader.name)
    rules.check_open(proposal.state)
    await _turn(session, proposal, ProposalState.WITHDRAWN, by=reader.name, now=now)
    return proposal


async def supersede_open(session: AsyncSession, target_id: UUID, *, by: str, now: datetime) -> int:
    """End all open proposals for a target that is no more, or for something in it; count them."""
    found = await queries.open_ones(session, target_id)
    for proposal in found:
        await _turn(session, proposal, ProposalState.SUPERSEDED, by=by, now=now)
    return len(found)


async def compare_proposal(
    session: AsyncSession, proposal: Proposal, *, scope: Scope
) -> tuple[bool, list[Difference]]:
    """Tell whether an open proposal is outdated, and what it would change today.

    Raises:
        AgreementNotFoundError: when its target is a draft that the scope does not reach any more.
    """
    if proposal.state is not ProposalState.OPEN:
        return False, []
    target = TARGETS[proposal.target]
    row = await target.find(session, proposal.target_id, scope)
    present = target.present(row, list(proposal.change))
    return (
        rules.is_outdated(_kept(proposal), present),
        rules.differences(present, proposal.change),
    )


async def _to_decide(session: AsyncSession, proposal_id: UUID, *, decider: Decider) -> Proposal:
    proposal = await queries.get_proposal(
        session, proposal_id, reader=decider.reader, for_update=True
    )
    rules.check_other(maker=proposal.proposed_by, actor=decider.actor.name)
    rules.check_open(proposal.state)
    return proposal


def _follow(proposal: Proposal, row: object) -> None:
    """Let a proposal that is decided lie where its target lies now."""
    place = place_of(row)
    for name in ("province_code", "regency_code", "owner_ministry", "co_ministry"):
        setattr(proposal, name, getattr(place, name))


def _kept(proposal: Proposal) -> list[Difference]:
    return [Difference(**each) for each in proposal.diff]


async def _turn(
    session: AsyncSession, proposal: Proposal, state: ProposalState, *, by: str, now: datetime
) -> None:
    proposal.state = state
    proposal.decided_by = by
    proposal.decided_at = now
    proposal.version += 1
    await session.flush()
    await _announce(session, proposal, now=now)


async def _announce(session: AsyncSession, proposal: Proposal, *, now: datetime) -> None:
    await emit(
        session,
        Event,
        topic=_TOPICS[proposal.state],
        stream_id=proposal.id,
        event=ProposalTurned(
            proposal_id=proposal.id,
            target=proposal.target,
            target_id=proposal.target_id,
            members=[each["member"] for each in proposal.diff],
        ),
        place=place_of(proposal),
        occurred_at=now,
        version=proposal.version,
    )
