"""Reads of follow-ups, and of the enrollments that they are recorded against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.enrollment_facts.tables import LiveEnrollmentNow
from services.reporting.followups.rules import HomeOnlyError, UnknownEnrollmentError
from services.reporting.followups.tables import FollowUp, FollowUpVersion
from shared.db.within import within
from shared.errors import NotFoundError
from shared.schemas.reporting import OutcomeStatus
from shared.scope import Scope

# An event is folded within a quarter of a second, and a reader that is late says how late it is.
RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class FollowUpFilter:
    """Which follow-ups of those within the scope are listed."""

    enrollment_id: UUID | None = None
    participant_id: UUID | None = None
    facility_id: UUID | None = None
    horizon_months: int | None = None
    status: Sequence[OutcomeStatus] = ()


async def get_enrollment(
    session: AsyncSession, enrollment_id: UUID, *, scope: Scope
) -> LiveEnrollmentNow:
    """Return the latest that is known of an enrollment about which `scope` may record something.

    Raises:
        UnknownEnrollmentError: when there is none within the scope, or it is not folded yet.
        HomeOnlyError: when the scope admits it for reading only.
    """
    writable = within(scope, LiveEnrollmentNow, write=True).label("writable")
    statement = select(LiveEnrollmentNow, writable).where(
        LiveEnrollmentNow.enrollment_id == enrollment_id, within(scope, LiveEnrollmentNow)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise UnknownEnrollmentError(retry_after_s=RETRY_AFTER_S)
    if not found.writable:
        raise HomeOnlyError
    enrollment: LiveEnrollmentNow = found.LiveEnrollmentNow
    return enrollment


async def find_followup(
    session: AsyncSession, *, enrollment_id: UUID, horizon_months: int
) -> FollowUp | None:
    """Return the follow-up of an enrollment at a horizon, locked, because it is about to change."""
    statement = select(FollowUp).where(
        FollowUp.enrollment_id == enrollment_id, FollowUp.horizon_months == horizon_months
    )
    return (await session.scalars(statement.with_for_update())).one_or_none()


async def followups_of(session: AsyncSession, enrollment_ids: Iterable[UUID]) -> Sequence[FollowUp]:
    """Return all follow-ups of some enrollments, locked in key order."""
    wanted = literal(list(enrollment_ids), ARRAY(Uuid()))
    statement = (
        select(FollowUp)
        .where(FollowUp.enrollment_id == any_(wanted))
        .order_by(FollowUp.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def followups_of_person(session: AsyncSession, participant_id: UUID) -> Sequence[FollowUp]:
    """Return all follow-ups of a person, locked in key order."""
    statement = (
        select(FollowUp)
        .where(FollowUp.participant_id == participant_id)
        .order_by(FollowUp.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def reassign_versions(
    session: AsyncSession, followup_id: UUID, *, participant_id: UUID
) -> None:
    """Let what a follow-up said before be of the person whose it is now."""
    await session.execute(
        update(FollowUpVersion)
        .where(FollowUpVersion.followup_id == followup_id)
        .values(participant_id=participant_id)
        .execution_options(synchronize_session=False)
    )


async def list_versions(
    session: AsyncSession, followup_id: UUID, *, after: int, limit: int
) -> Sequence[FollowUpVersion]:
    """Return what a follow-up said before its corrections, the oldest first."""
    statement = (
        select(FollowUpVersion)
        .where(FollowUpVersion.followup_id == followup_id, FollowUpVersion.version > after)
        .order_by(FollowUpVersion.version)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def enrollment_of(session: AsyncSession, enrollment_id: UUID) -> LiveEnrollmentNow:
    """Return the latest that is known of an enrollment, for whoever holds a link to its follow-up.

    Raises:
        UnknownEnrollmentError: when it is not folded: the figures are being made anew.
    """
    statement = select(LiveEnrollmentNow).where(LiveEnrollmentNow.enrollment_id == enrollment_id)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise UnknownEnrollmentError(retry_after_s=RETRY_AFTER_S)
    return found


async def lock_followup(session: AsyncSession, followup_id: UUID) -> FollowUp:
    """Return a follow-up whose link somebody holds, fresh and locked."""
    return await session.get_one(
        FollowUp, followup_id, with_for_update=True, populate_existing=True
    )


async def get_followup(session: AsyncSession, followup_id: UUID, *, scope: Scope) -> FollowUp:
    """Return one follow-up.

    Raises:
        NotFoundError: when there is none within the scope.
    """
    statement = select(FollowUp).where(FollowUp.id == followup_id, within(scope, FollowUp))
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def followups_by_id(
    *, scope: Scope, chosen: FollowUpFilter, after: UUID | None
) -> Select[FollowUp]:
    """Return the statement that lists follow-ups in the order of their ids: as they were made."""
    statement = select(FollowUp).where(within(scope, FollowUp)).order_by(FollowUp.id)
    for column, value in (
        (FollowUp.enrollment_id, chosen.enrollment_id),
        (FollowUp.participant_id, chosen.participant_id),
        (FollowUp.facility_id, chosen.facility_id),
        (FollowUp.horizon_months, chosen.horizon_months),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if chosen.status:
        statement = statement.where(FollowUp.status.in_(chosen.status))
    return statement if after is None else statement.where(FollowUp.id > after)


async def list_followups(
    session: AsyncSession,
    *,
    scope: Scope,
    chosen: FollowUpFilter,
    after: UUID | None,
    limit: int,
) -> Sequence[FollowUp]:
    """Return up to `limit` follow-ups that come after the one whose id is `after`."""
    statement = followups_by_id(scope=scope, chosen=chosen, after=after).limit(limit)
    return (await session.scalars(statement)).all()
