"""Changes to cohorts: planned, opened, reminded, closed. Each takes few thousand rows at most."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.followup_cohorts import queries, rules
from services.reporting.followup_cohorts.rules import CohortState, Timing
from services.reporting.followup_cohorts.schemas import PlanChange
from services.reporting.followup_cohorts.tables import Cohort, Plan
from services.reporting.followup_instruments.operations import check_designer
from services.reporting.followup_instruments.queries import instrument_in_use
from services.reporting.followup_links.operations import want_links
from services.reporting.followup_links.queries import restricted_of
from services.reporting.followup_links.rules import AT_OPENING, BEFORE_CLOSING
from services.reporting.followups.operations import moved_draft, new_followup, outcome_of
from services.reporting.followups.rules import Answer
from services.reporting.followups.tables import FollowUp
from shared.db.base import translate
from shared.db.events import Draft, emit, emit_all
from shared.db.within import place_of
from shared.errors import StaleError
from shared.ids import new_id
from shared.schemas.enrollment import ClassCell
from shared.schemas.reporting import (
    CohortMoved,
    CohortPlanStated,
    Outcome,
    OutcomeStatus,
    Topic,
)
from shared.scope import Scope

# So many rows of follow-ups in a transaction, and the class that goes over it.
_PEOPLE_AT_ONCE: Final = 1_500
_CLASSES_AT_ONCE: Final = 25
_PLACE: Final = ("facility_id", "province_code", "regency_code", "host_ministry")


async def state_plan(
    session: AsyncSession,
    program_id: UUID,
    present: Plan | None,
    *,
    change: PlanChange,
    scope: Scope,
    now: datetime,
) -> Plan:
    """Say when the people of a programme are asked, in classes that end from now on.

    Raises:
        ProgramUnknownError: when no such programme is known.
        NotYourProgramError: when it is of other ministries.
        PlanInvalidError: when nobody could be asked like that.
        StaleError: when somebody has stated the first plan at the same moment.
    """
    place = await check_designer(session, program_id, scope=scope)
    rules.check_timing(Timing(change.horizons, change.open_days, change.remind_days))
    plan = present or Plan(program_id=program_id, version=0)
    plan.horizons = sorted(change.horizons)
    plan.open_days, plan.remind_days = change.open_days, change.remind_days
    plan.stated_at, plan.stated_by = now, session.info["actor"].name
    plan.version += 1
    session.add(plan)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, {"pk_followup_plan": StaleError}) from error
    await emit(
        session,
        Event,
        topic=Topic.COHORT_PLAN_STATED,
        stream_id=program_id,
        event=CohortPlanStated(
            program_id=program_id,
            horizons=plan.horizons,
            open_days=plan.open_days,
            remind_days=plan.remind_days,
        ),
        place=place,
        occurred_at=now,
        version=plan.version,
    )
    return plan


async def plan_cohorts(
    session: AsyncSession,
    completed: Mapping[UUID, tuple[ClassCell, date]],
    *,
    now: datetime,
) -> int:
    """Plan when classes that are over are asked; told again, nothing changes. Return how many."""
    programs = {cell.program_id for cell, _ in completed.values()}
    timings = await queries.timings(session, programs)
    owners = await queries.programs_of(session, programs)
    cohorts = []
    for class_id, (cell, completed_on) in sorted(completed.items()):
        timing = timings.get(cell.program_id, Timing())
        owner = owners.get(cell.program_id)
        for horizon in timing.horizons:
            days = rules.days_of(completed_on, horizon, timing)
            cohorts.append(
                Cohort(
                    id=new_id(),
                    class_id=class_id,
                    horizon_months=horizon,
                    program_id=cell.program_id,
                    wave_id=cell.wave_id,
                    **{name: getattr(cell, name) for name in _PLACE},
                    owner_ministry=owner and owner.owner_ministry,
                    co_ministry=owner and owner.co_ministry,
                    completed_on=completed_on,
                    due_on=days.due_on,
                    remind_on=days.remind_on,
                    closes_on=days.closes_on,
                    state=CohortState.PLANNED,
                    people=0,
                    version=1,
                )
            )
    made = await _insert_new(session, Cohort, cohorts)
    new = [each for each in cohorts if each.id in made]
    await _tell_cohorts(session, new, Topic.COHORT_PLANNED, now=now)
    return len(new)


async def _insert_new(
    session: AsyncSession, table: type[Cohort | FollowUp], rows: Sequence[Cohort | FollowUp]
) -> set[UUID]:
    """Insert those rows that are not there yet, and return their ids."""
    if not rows:
        return set()
    names = table.__mapper__.columns.keys()
    values = [{name: getattr(row, name) for name in names} for row in rows]
    statement = insert(table).on_conflict_do_nothing().returning(table.id)
    return set((await session.scalars(statement, values)).all())


async def relocate_cohorts(session: AsyncSession, cells: Mapping[UUID, ClassCell]) -> None:
    """Let the cohorts of classes lie where the classes lie now."""
    for class_id, cell in sorted(cells.items()):
        await session.execute(
            update(Cohort)
            .where(Cohort.class_id == class_id)
            .values({name: getattr(cell, name) for name in _PLACE})
            .execution_options(synchronize_session=False)
        )


async def open_cohort(
    session: AsyncSession, cohort: Cohort, *, today: date, now: datetime
) -> Cohort:
    """Ask everybody who completed a class; `cohort` is what was read, locked.

    Who is restricted is not asked, and who has answered already was not waited for. Once the last
    day has passed nobody is asked any more.

    Raises:
        CohortNotPlannedError: when it was opened.
        CohortNotDueError: when its day has not come.
    """
    rules.check_openable(cohort.state, cohort.due_on, today=today)
    missed = today > cohort.closes_on
    instrument = await instrument_in_use(session, cohort.program_id)
    cohort.instrument_id = None if instrument is None else instrument.id
    asked = [] if missed else await _ask(session, cohort, now=now)
    cohort.people = len(asked)
    cohort.opened_at = now
    cohort.state = CohortState.CLOSED if missed else CohortState.OPEN
    cohort.closed_at = now if missed else None
    cohort.version += 1
    await session.flush()
    await want_links(
        session,
        asked,
        attempt=AT_OPENING,
        expires_at=rules.ends_at(cohort.closes_on),
        now=now,
    )
    topic = Topic.COHORT_CLOSED if missed else Topic.COHORT_OPENED
    await _tell_cohorts(session, [cohort], topic, now=now)
    return cohort


async def _ask(session: AsyncSession, cohort: Cohort, *, now: datetime) -> list[FollowUp]:
    graduates = await queries.graduates_of(session, cohort.class_id)
    restricted = await restricted_of(session, {each.participant_id for each in graduates})
    answer = Answer(status=OutcomeStatus.ASKED, source=None)
    asked: list[FollowUp] = []
    for graduate in graduates:
        if graduate.participant_id in restricted:
            continue
        followup = new_followup(graduate, horizon_months=cohort.horizon_months)
        outcome = outcome_of(graduate, answer=answer, horizon_months=cohort.horizon_months)
        followup.status, followup.asked_at = OutcomeStatus.ASKED, now
        followup.instrument_id = cohort.instrument_id
        followup.counted = outcome.model_dump(mode="json")
        followup.recorded_by, followup.recorded_at = session.info["actor"].name, now
        asked.append(followup)
    made = await _insert_new(session, FollowUp, asked)
    new = [each for each in asked if each.id in made]
    drafts = [
        moved_draft(
            each,
            topic=Topic.FOLLOWUP_ASKED,
            before=None,
            after=Outcome.model_validate(each.counted),
            now=now,
        )
        for each in new
    ]
    await emit_all(session, Event, drafts)
    return new


async def open_due(session: AsyncSession, *, today: date, now: datetime) -> int:
    """Open cohorts whose day has come, some at a time; return how many."""
    due = queries.due_cohorts(today=today, limit=_CLASSES_AT_ONCE)
    people = opened = 0
    for cohort in (await session.scalars(due)).all():
        if people >= _PEOPLE_AT_ONCE:
            break
        people += (await open_cohort(session, cohort, today=today, now=now)).people
        opened += 1
    return opened


async def remind_due(session: AsyncSession, *, today: date, now: datetime) -> int:
    """Have reminded who has not answered, some classes at a time; return of how many classes."""
    due = queries.cohorts_to_remind(today=today, limit=_CLASSES_AT_ONCE)
    cohorts = (await session.scalars(due)).all()
    for cohort in cohorts:
        await want_links(
            session,
            await queries.waiting_of(session, cohort),
            attempt=BEFORE_CLOSING,
            expires_at=rules.ends_at(cohort.closes_on),
            now=now,
        )
        cohort.reminded_at = now
    await session.flush()
    return len(cohorts)


async def close_due(session: AsyncSession, *, today: date, now: datetime) -> int:
    """Give up who has not answered by the last day, some classes at a time; return how many."""
    due = queries.cohorts_to_close(today=today, limit=_CLASSES_AT_ONCE)
    people = closed = 0
    for cohort in (await session.scalars(due)).all():
        if people >= _PEOPLE_AT_ONCE:
            break
        people += await _give_up(session, cohort, now=now)
        cohort.state, cohort.closed_at = CohortState.CLOSED, now
        cohort.version += 1
        await session.flush()
        await _tell_cohorts(session, [cohort], Topic.COHORT_CLOSED, now=now)
        closed += 1
    return closed


async def _give_up(session: AsyncSession, cohort: Cohort, *, now: datetime) -> int:
    drafts: list[Draft] = []
    for followup in await queries.waiting_of(session, cohort, alone=True):
        before = Outcome.model_validate(followup.counted)
        cell = before.cell.model_copy(update={"status": OutcomeStatus.UNREACHED})
        after = before.model_copy(update={"cell": cell})
        followup.status = OutcomeStatus.UNREACHED
        followup.counted = after.model_dump(mode="json")
        followup.draft_cipher = followup.draft_key_id = None
        followup.recorded_by, followup.recorded_at = session.info["actor"].name, now
        followup.version += 1
        drafts.append(
            moved_draft(followup, topic=Topic.FOLLOWUP_CLOSED, before=before, after=after, now=now)
        )
    await session.flush()
    await emit_all(session, Event, drafts)
    return len(drafts)


async def _tell_cohorts(
    session: AsyncSession, cohorts: Sequence[Cohort], topic: Topic, *, now: datetime
) -> None:
    drafts = [
        Draft(
            topic=topic,
            stream_id=each.class_id,
            event=_moved(each),
            place=place_of(each),
            occurred_at=now,
            version=each.version,
        )
        for each in cohorts
    ]
    await emit_all(session, Event, drafts)


def _moved(cohort: Cohort) -> CohortMoved:
    members: dict[str, Any] = {
        name: getattr(cohort, name) for name in CohortMoved.model_fields if name != "cohort_id"
    }
    return CohortMoved.model_validate({"cohort_id": cohort.id, **members})
