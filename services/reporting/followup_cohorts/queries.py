"""Reads of cohorts and of plans."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.enrollment_facts.tables import LiveEnrollmentNow
from services.reporting.followup_cohorts.rules import CohortState, CohortUnknownError, Timing
from services.reporting.followup_cohorts.schemas import CohortRead, PlanRead
from services.reporting.followup_cohorts.tables import Cohort, Plan
from services.reporting.followups.tables import FollowUp
from services.reporting.programs.tables import Program
from shared.db.within import within
from shared.schemas.enrollment import EnrollmentState
from shared.schemas.reporting import OutcomeStatus
from shared.scope import Scope

_SILENT: Final = (OutcomeStatus.ASKED, OutcomeStatus.UNREACHED)


@dataclass(frozen=True, slots=True)
class CohortFilter:
    """Which cohorts of those within the scope are listed."""

    program_id: UUID | None = None
    wave_id: UUID | None = None
    facility_id: UUID | None = None
    class_id: UUID | None = None
    horizon_months: int | None = None
    state: CohortState | None = None


async def timings(session: AsyncSession, programs: Collection[UUID]) -> dict[UUID, Timing]:
    """Return the plans that programmes have of their own."""
    found = await session.scalars(select(Plan).where(Plan.program_id.in_(programs)))
    return {each.program_id: _timing(each) for each in found}


def _timing(plan: Plan) -> Timing:
    horizons: Any = plan.horizons
    return Timing(tuple(horizons), plan.open_days, plan.remind_days)


async def programs_of(session: AsyncSession, programs: Collection[UUID]) -> dict[UUID, Program]:
    """Return programmes by their ids."""
    found = await session.scalars(select(Program).where(Program.id.in_(programs)))
    return {each.id: each for each in found}


async def find_plan(
    session: AsyncSession, program_id: UUID, *, for_update: bool = False
) -> Plan | None:
    """Return the plan that a programme has of its own."""
    return await session.get(
        Plan, program_id, with_for_update=for_update or None, populate_existing=for_update
    )


def plan_read(program_id: UUID, plan: Plan | None) -> PlanRead:
    """Return a programme's plan as its API shows it."""
    timing = Timing() if plan is None else _timing(plan)
    return PlanRead(
        program_id=program_id,
        horizons=list(timing.horizons),
        open_days=timing.open_days,
        remind_days=timing.remind_days,
        stated_at=None if plan is None else plan.stated_at,
        version=0 if plan is None else plan.version,
    )


async def get_cohort(
    session: AsyncSession, cohort_id: UUID, *, scope: Scope, alone: bool = False
) -> Cohort:
    """Return a cohort within the scope; `alone`: to change it, locked.

    Raises:
        CohortUnknownError: when there is none.
    """
    statement = select(Cohort).where(Cohort.id == cohort_id, within(scope, Cohort, write=alone))
    if alone:
        statement = statement.with_for_update()
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise CohortUnknownError
    return found


def cohorts_by_id(*, scope: Scope, chosen: CohortFilter, after: UUID | None) -> Select[Cohort]:
    """Return the statement that lists cohorts in the order in which they were planned."""
    statement = select(Cohort).where(within(scope, Cohort)).order_by(Cohort.id)
    for column, value in (
        (Cohort.program_id, chosen.program_id),
        (Cohort.wave_id, chosen.wave_id),
        (Cohort.facility_id, chosen.facility_id),
        (Cohort.class_id, chosen.class_id),
        (Cohort.horizon_months, chosen.horizon_months),
        (Cohort.state, chosen.state),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement if after is None else statement.where(Cohort.id > after)


async def list_cohorts(
    session: AsyncSession,
    *,
    scope: Scope,
    chosen: CohortFilter,
    after: UUID | None,
    limit: int,
) -> Sequence[Cohort]:
    """Return up to `limit` cohorts that come after the one whose id is `after`."""
    statement = cohorts_by_id(scope=scope, chosen=chosen, after=after).limit(limit)
    return (await session.scalars(statement)).all()


async def reads_of(session: AsyncSession, cohorts: Sequence[Cohort]) -> dict[UUID, CohortRead]:
    """Return cohorts as their API shows them, counted in one statement, by their ids."""
    silent = FollowUp.status.in_(_SILENT)
    statement = (
        select(
            FollowUp.class_id,
            FollowUp.horizon_months,
            func.count(),
            func.count().filter(~silent),
            func.count().filter(FollowUp.status == OutcomeStatus.UNREACHED),
        )
        .where(
            tuple_(FollowUp.class_id, FollowUp.horizon_months).in_(
                [(each.class_id, each.horizon_months) for each in cohorts]
            )
        )
        .group_by(FollowUp.class_id, FollowUp.horizon_months)
    )
    counts = {(row[0], row[1]): row[2:] for row in await session.execute(statement)}
    read = {}
    for each in cohorts:
        asked, answered, unreached = counts.get((each.class_id, each.horizon_months), (0, 0, 0))
        members = {name: getattr(each, name, None) for name in CohortRead.model_fields}
        members |= {"asked": asked, "answered": answered, "unreached": unreached}
        read[each.id] = CohortRead.model_validate(members)
    return read


def due_cohorts(*, today: date, limit: int) -> Select[Cohort]:
    """Return the statement that locks cohorts whose day has come."""
    return (
        select(Cohort)
        .where(Cohort.state == CohortState.PLANNED, Cohort.due_on <= today)
        .order_by(Cohort.due_on, Cohort.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def cohorts_to_remind(*, today: date, limit: int) -> Select[Cohort]:
    """Return the statement that locks cohorts of which nobody has been reminded."""
    return (
        select(Cohort)
        .where(
            Cohort.state == CohortState.OPEN,
            Cohort.reminded_at.is_(None),
            Cohort.remind_on <= today,
        )
        .order_by(Cohort.remind_on, Cohort.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def cohorts_to_close(*, today: date, limit: int) -> Select[Cohort]:
    """Return the statement that locks cohorts whose last day has passed."""
    return (
        select(Cohort)
        .where(Cohort.state == CohortState.OPEN, Cohort.closes_on < today)
        .order_by(Cohort.closes_on, Cohort.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


async def graduates_of(session: AsyncSession, class_id: UUID) -> Sequence[LiveEnrollmentNow]:
    """Return who completed a class, as the ledger has it."""
    statement = (
        select(LiveEnrollmentNow)
        .where(
            LiveEnrollmentNow.class_id == class_id,
            LiveEnrollmentNow.state == EnrollmentState.COMPLETED,
        )
        .order_by(LiveEnrollmentNow.enrollment_id)
    )
    return (await session.scalars(statement)).all()


async def waiting_of(
    session: AsyncSession, cohort: Cohort, *, alone: bool = False
) -> Sequence[FollowUp]:
    """Return the follow-ups of a cohort that nobody has answered; `alone`: locked in key order."""
    statement = (
        select(FollowUp)
        .where(
            FollowUp.class_id == cohort.class_id,
            FollowUp.horizon_months == cohort.horizon_months,
            FollowUp.status == OutcomeStatus.ASKED,
        )
        .order_by(FollowUp.id)
    )
    return (await session.scalars(statement.with_for_update() if alone else statement)).all()
