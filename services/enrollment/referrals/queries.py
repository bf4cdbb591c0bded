"""Reads of referrals, for the side that refers and for the side that receives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.participants.tables import Participant
from services.enrollment.referrals.rules import ReferralUnknownError, came_to_nothing
from services.enrollment.referrals.schemas import Direction
from services.enrollment.referrals.tables import Receiving, Referral
from shared.db.within import place_of, within
from shared.schemas.enrollment import ReferralCell, ReferralState
from shared.schemas.registry import ClassSession, ReferralBooking, ReferralKind
from shared.scope import Place, Scope

# As the index has it, whatever plan is made.
_UNSETTLED: Final = text(
    "booking_id IS NOT NULL AND"
    " (booked_at IS NULL OR state IN ('REFUSED', 'WITHDRAWN') OR outcome = 'NOTHING')"
)


def _visible(scope: Scope) -> ColumnElement[bool]:
    """Return what either side may see: those who receive, nothing before it was sent."""
    received = and_(within(scope, Receiving), Referral.sent_at.is_not(None))
    return or_(within(scope, Referral), received)


async def get_referral(session: AsyncSession, referral_id: UUID, *, scope: Scope) -> Referral:
    """Return one referral that either side may see.

    Raises:
        ReferralUnknownError: when there is none within the scope.
    """
    statement = select(Referral).where(Referral.id == referral_id, _visible(scope))
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise ReferralUnknownError
    return found


async def lock_sent_from(session: AsyncSession, referral_id: UUID, *, scope: Scope) -> Referral:
    """Return one referral of the side that refers, or of the person himself, locked.

    Raises:
        ReferralUnknownError: when there is none within the scope.
        OutsideScopeError: when the scope may read it only.
    """
    row = await get_referral(session, referral_id, scope=scope)
    if not scope.admits(place_of(row), write=True):
        raise OutsideScopeError
    return await _locked(session, row)


async def lock_received(session: AsyncSession, referral_id: UUID, *, scope: Scope) -> Referral:
    """Return one referral of the side that receives, locked; of a bank's, the side that refers.

    Raises:
        ReferralUnknownError: when there is none within the scope.
        OutsideScopeError: when it is not the caller's to decide.
    """
    row = await get_referral(session, referral_id, scope=scope)
    place = place_of(row) if row.kind is ReferralKind.BANK else receiving_place(row)
    if not scope.admits(place, write=True):
        raise OutsideScopeError
    return await _locked(session, row)


def receiving_place(row: Referral) -> Place:
    """Return where a referral lies for the side that receives it."""
    return Place(
        province_code=row.to_province_code,
        regency_code=row.to_regency_code,
        facility_id=row.to_facility_id,
        owner_ministry=row.to_ministry,
    )


async def _locked(session: AsyncSession, row: Referral) -> Referral:
    await session.refresh(row, with_for_update=True)
    return row


async def hold_person(
    session: AsyncSession, participant_id: UUID, *, for_update: bool = False
) -> Participant:
    """Return the person of a referral that the caller may see, locked against changes.

    Whoever locks a person and a referral locks the person first.
    """
    statement = (
        select(Participant)
        .where(Participant.id == participant_id)
        .with_for_update(read=not for_update)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one()


async def find_referral(session: AsyncSession, referral_id: UUID) -> Referral | None:
    """Return a referral for the work that settles it."""
    statement = select(Referral).where(Referral.id == referral_id)
    return (await session.scalars(statement)).one_or_none()


async def lock_referral(session: AsyncSession, referral_id: UUID) -> Referral | None:
    """Return a referral for the work that settles it, locked."""
    row = await find_referral(session, referral_id)
    return None if row is None else await _locked(session, row)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Hours of a referral to settle with the registry: to give up when it was `dropped`."""

    booking_id: UUID
    dropped: bool
    wanted: ReferralBooking


def unsettled_of(row: Referral | None) -> Unsettled | None:
    """Return what is left to settle with the registry about a referral, if anything."""
    wanted = None if row is None else hours_of(row)
    if row is None or wanted is None or row.booking_id is None:
        return None
    dropped = came_to_nothing(row.state, row.outcome)
    if row.booked_at is not None and not dropped:
        return None
    return Unsettled(row.booking_id, dropped, wanted)


def hours_of(row: Referral) -> ReferralBooking | None:
    """Return the hours that a referral asks of a production house; None when it is for another."""
    if row.slots is None or row.people is None:
        return None
    return ReferralBooking(
        participant_id=row.participant_id,
        space_id=row.target_id,
        people=row.people,
        slots=[ClassSession.model_validate(each) for each in row.slots],
    )


async def list_unsettled(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` referrals that follow `after` whose hours are to be settled."""
    statement = select(Referral.id).where(_UNSETTLED).order_by(Referral.id).limit(limit)
    if after is not None:
        statement = statement.where(Referral.id > after)
    return (await session.scalars(statement)).all()


async def list_of_person(
    session: AsyncSession,
    participant_id: UUID,
    *,
    scope: Scope,
    states: Sequence[ReferralState],
    after: UUID | None,
    limit: int,
) -> Sequence[Referral]:
    """Return up to `limit` referrals of a person that the caller may see, by id."""
    statement = select(Referral).where(Referral.participant_id == participant_id, _visible(scope))
    return await _page(session, statement, states=states, after=after, limit=limit)


async def list_of_facility(
    session: AsyncSession,
    facility_id: UUID,
    *,
    direction: Direction,
    scope: Scope,
    states: Sequence[ReferralState],
    after: UUID | None,
    limit: int,
) -> Sequence[Referral]:
    """Return up to `limit` referrals that a facility has made, or that came to it, by id."""
    if direction is Direction.OUTGOING:
        statement = select(Referral).where(
            Referral.facility_id == facility_id, within(scope, Referral)
        )
    else:
        statement = select(Referral).where(
            Referral.to_facility_id == facility_id,
            Referral.sent_at.is_not(None),
            or_(within(scope, Receiving), within(scope, Referral)),
        )
    return await _page(session, statement, states=states, after=after, limit=limit)


async def _page(
    session: AsyncSession,
    statement: Select[Referral],
    *,
    states: Sequence[ReferralState],
    after: UUID | None,
    limit: int,
) -> Sequence[Referral]:
    if states:
        statement = statement.where(Referral.state.in_(states))
    if after is not None:
        statement = statement.where(Referral.id > after)
    return (await session.scalars(statement.order_by(Referral.id).limit(limit))).all()


def cell_of(row: Referral) -> ReferralCell:
    """Return what figures can cut a referral by, as it is now."""
    return ReferralCell(**{name: getattr(row, name) for name in ReferralCell.model_fields})
