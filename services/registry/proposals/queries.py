"""Reads of proposals: of what lies within the caller's scope, and of his own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.tables import Agreement
from services.registry.institutions.tables import Institution
from services.registry.proposal_targets.rules import TargetKind
from services.registry.proposals.rules import ProposalNotFoundError, ProposalState
from services.registry.proposals.tables import Proposal
from shared.db.within import within
from shared.scope import Scope

_MOVING: Final[dict[TargetKind, type[Institution] | type[Agreement]]] = {
    TargetKind.INSTITUTION: Institution,
    TargetKind.AGREEMENT: Agreement,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: how far he sees, and under which name he proposes."""

    scope: Scope
    name: str


@dataclass(frozen=True, slots=True)
class ProposalFilter:
    """What a list of proposals is narrowed to; `maker` is who proposed."""

    state: ProposalState | None = None
    target: TargetKind | None = None
    target_id: UUID | None = None
    maker: str | None = None


def lies_within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a proposal is about something within `scope`.

    What is in a facility follows it; where other targets lie is asked of them, for they move.
    """
    placed = and_(Proposal.target.not_in(_MOVING), within(scope, Proposal))
    moved = [
        and_(
            Proposal.target == kind,
            exists().where(table.id == Proposal.target_id, within(scope, table)),
        )
        for kind, table in _MOVING.items()
    ]
    return or_(placed, *moved)


def _visible(reader: Reader) -> ColumnElement[bool]:
    return or_(Proposal.proposed_by == reader.name, lies_within(reader.scope))


async def list_proposals(
    session: AsyncSession,
    *,
    reader: Reader,
    wanted: ProposalFilter,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Proposal]:
    """Return up to `limit` proposals in the order in which they were made."""
    equal = {
        Proposal.state: wanted.state,
        Proposal.target: wanted.target,
        Proposal.target_id: wanted.target_id,
        Proposal.proposed_by: wanted.maker,
    }
    statement = (
        select(Proposal)
        .where(_visible(reader))
        .where(*(column == value for column, value in equal.items() if value is not None))
        .order_by(Proposal.proposed_at, Proposal.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(Proposal.proposed_at, Proposal.id) > after)
    return (await session.scalars(statement)).all()


async def get_proposal(
    session: AsyncSession, proposal_id: UUID, *, reader: Reader, for_update: bool = False
) -> Proposal:
    """Return one proposal, locked until the transaction ends if it is to be turned.

    Raises:
        ProposalNotFoundError: when there is none of this id that the reader may see.
    """
    statement = select(Proposal).where(Proposal.id == proposal_id, _visible(reader))
    if for_update:
        statement = statement.with_for_update()
    proposal = await session.scalar(statement)
    if proposal is None:
        raise ProposalNotFoundError
    return proposal


async def find_open(session: AsyncSession, target_id: UUID, *, maker: str) -> Proposal | None:
    """Return what somebody has proposed for a target and is still open, locked."""
    statement = (
        select(Proposal)
        .where(
            Proposal.target_id == target_id,
            Proposal.proposed_by == maker,
            Proposal.state == ProposalState.OPEN,
        )
        .with_for_update()
    )
    return await session.scalar(statement)


async def open_ones(session: AsyncSession, target_id: UUID) -> Sequence[Proposal]:
    """Return what anybody has proposed for a target and is still open, locked in key order.

    Of a facility also what is proposed for something in it.
    """
    concerns = or_(Proposal.target_id == target_id, Proposal.facility_id == target_id)
    statement = (
        select(Proposal)
        .where(concerns, Proposal.state == ProposalState.OPEN)
        .order_by(Proposal.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()
