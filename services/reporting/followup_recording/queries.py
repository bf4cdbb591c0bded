"""Reads of the day from which on an answer can be given."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.enrollment_facts.tables import LiveEnrollmentNow
from services.reporting.folding.rules import Source
from services.reporting.followup_cohorts.tables import Cohort
from services.reporting.followup_recording.rules import due_after
from services.reporting.ledger.tables import Entry
from shared.schemas.enrollment import EnrollmentState


async def due_day(
    session: AsyncSession, enrollment: LiveEnrollmentNow, *, horizon_months: int
) -> date | None:
    """Return the day on which an enrollment is due to be asked.

    It is that of its class's cohort, or else counted from the day on which the ledger has it
    completed first.
    """
    planned = select(Cohort.due_on).where(
        Cohort.class_id == enrollment.class_id, Cohort.horizon_months == horizon_months
    )
    due_on = (await session.scalars(planned)).one_or_none()
    if due_on is not None:
        return due_on
    return due_after(await _completed_at(session, enrollment), horizon_months)


async def _completed_at(session: AsyncSession, enrollment: LiveEnrollmentNow) -> datetime | None:
    statement = select(func.min(Entry.occurred_at)).where(
        Entry.source == Source.ENROLLMENT,
        Entry.stream_id == enrollment.class_id,
        Entry.payload["enrollment_id"].astext == str(enrollment.enrollment_id),
        Entry.payload["after"]["state"].astext == EnrollmentState.COMPLETED.value,
    )
    return await session.scalar(statement)
