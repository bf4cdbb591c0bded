"""Reads of invitations, each within a scope, and of facilities that still lack a head."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.queries import in_force
from services.registry.assignments.tables import Assignment, AssignmentPlace
from services.registry.facilities.tables import Facility
from services.registry.invitations.rules import InvitationNotFoundError, InvitationState
from services.registry.invitations.tables import Invitation
from shared.db.within import within
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Role, Scope


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """What a list of invitations is narrowed to."""

    states: Sequence[InvitationState] = ()
    facility_id: UUID | None = None


def _has_state(state: InvitationState, now: datetime) -> ColumnElement[bool]:
    """Return the condition that an invitation counts as `state` at `now`."""
    waiting = Invitation.state == InvitationState.ISSUED
    if state is InvitationState.ISSUED:
        return and_(waiting, Invitation.expires_at > now)
    if state is InvitationState.EXPIRED:
        return or_(Invitation.state == state, and_(waiting, Invitation.expires_at <= now))
    return Invitation.state == state


async def list_invitations(
    session: AsyncSession,
    wanted: InvitationFilter,
    *,
    scope: Scope,
    now: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[Invitation]:
    """Return up to `limit` invitations within `scope` in the order of their ids."""
    statement = select(Invitation).where(within(scope, Invitation))
    if wanted.states:
        statement = statement.where(or_(*(_has_state(state, now) for state in wanted.states)))
    if wanted.facility_id is not None:
        statement = statement.where(Invitation.facility_id == wanted.facility_id)
    if after is not None:
        statement = statement.where(Invitation.id > after)
    return (await session.scalars(statement.order_by(Invitation.id).limit(limit))).all()


async def get_invitation(
    session: AsyncSession, invitation_id: UUID, *, scope: Scope, for_update: bool = False
) -> Invitation:
    """Return one invitation; with `for_update` locked until the transaction ends.

    Raises:
        InvitationNotFoundError: when there is none of this id within `scope`.
    """
    statement = select(Invitation).where(Invitation.id == invitation_id, within(scope, Invitation))
    found = await session.scalar(statement.with_for_update() if for_update else statement)
    if found is None:
        raise InvitationNotFoundError
    return found


async def claimable(session: AsyncSession, code_hash: str) -> Invitation:
    """Return the invitation of a code, locked: of two who claim at once the second waits.

    Raises:
        InvitationNotFoundError: when no invitation has this code.
    """
    statement = select(Invitation).where(Invitation.code_hash == code_hash).with_for_update()
    found = await session.scalar(statement)
    if found is None:
        raise InvitationNotFoundError
    return found


async def claimed_by(session: AsyncSession, *, issuer: str, subject: str) -> Sequence[Invitation]:
    """Return what a login has claimed, in the order of ids."""
    statement = (
        select(Invitation)
        .where(Invitation.claimed_subject == subject, Invitation.claimed_issuer == issuer)
        .order_by(Invitation.id)
    )
    return (await session.scalars(statement)).all()


async def due(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[Invitation]:
    """Return invitations that nobody has claimed in time, locked."""
    statement = (
        select(Invitation)
        .where(Invitation.state == InvitationState.ISSUED, Invitation.expires_at <= now)
        .order_by(Invitation.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


@dataclass(frozen=True, slots=True)
class Headless:
    """The active facilities of a kind in an area that nobody runs or is invited to run."""

    area: str
    kind: FacilityKind
    scope: Scope
    now: datetime
    today: date

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what is asked of such a facility."""
        column = Facility.regency_code if "." in self.area else Facility.province_code
        return [
            column == self.area,
            Facility.kind == self.kind,
            Facility.status == FacilityStatus.ACTIVE,
            within(self.scope, Facility, write=True),
            Facility.id.not_in(self._invited()),
            Facility.id.not_in(self._run()),
        ]

    def _invited(self) -> Select[UUID]:
        return select(Invitation.facility_id).where(
            Invitation.role == Role.FACILITY_OPERATOR,
            or_(
                _has_state(InvitationState.ISSUED, self.now),
                _has_state(InvitationState.CLAIMED, self.now),
            ),
        )

    def _run(self) -> Select[UUID | None]:
        return (
            select(AssignmentPlace.facility_id)
            .join(Assignment, Assignment.id == AssignmentPlace.assignment_id)
            .where(
                Assignment.role == Role.FACILITY_OPERATOR,
                AssignmentPlace.facility_id.is_not(None),
                in_force(self.today),
            )
        )


async def lock_headless(session: AsyncSession, wanted: Headless, *, limit: int) -> list[Facility]:
    """Return up to `limit` facilities without a head in the order of their codes, locked.

    Two offices that ask at once get different ones: what another has locked is passed over, and
    what it has invited meanwhile is seen by the second statement.
    """
    locked = (
        select(Facility.id)
        .where(*wanted.conditions())
        .order_by(Facility.code)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    ids = (await session.scalars(locked)).all()
    again = select(Facility).where(_among(ids), *wanted.conditions()).order_by(Facility.code)
    return list((await session.scalars(again)).all())


def _among(ids: Iterable[UUID]) -> ColumnElement[bool]:
    return Facility.id == any_(literal(list(ids), ARRAY(Uuid())))


async def count_headless(session: AsyncSession, wanted: Headless) -> int:
    """Return how many facilities are without a head, and nobody is invited."""
    statement = select(func.count()).select_from(Facility).where(*wanted.conditions())
    return (await session.scalars(statement)).one()


async def facility_names(
    session: AsyncSession, facility_ids: Collection[UUID]
) -> dict[UUID, tuple[str, str]]:
    """Return code and name of facilities."""
    statement = select(Facility.id, Facility.code, Facility.name).where(_among(facility_ids))
    return {row.id: (row.code, row.name) for row in (await session.execute(statement)).all()}
