"""Reads of what a change of a class would touch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, TableValuedAlias, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.enrollment.class_changes.schemas import ClashRead
from services.enrollment.classes.tables import Meeting
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.tables import Program
from shared.schemas.enrollment import HOLDS_SEAT, EnrollmentState
from shared.schemas.registry import ClassSession

_MOST: Final = 200
_HOLDING: Final = (EnrollmentState.OFFERED, EnrollmentState.SEATED)


async def sessions_of(session: AsyncSession, class_id: UUID) -> list[ClassSession]:
    """Return the timetable of a class, in order."""
    statement = select(Meeting).where(Meeting.class_id == class_id).order_by(Meeting.position)
    rows = await session.scalars(statement)
    return [ClassSession(starts_at=row.starts_at, ends_at=row.ends_at) for row in rows]


async def timetable_of(session: AsyncSession, class_id: UUID) -> Sequence[Meeting]:
    """Return all sessions of a class, in order."""
    statement = select(Meeting).where(Meeting.class_id == class_id).order_by(Meeting.position)
    return (await session.scalars(statement)).all()


async def states_of(session: AsyncSession, class_id: UUID) -> dict[UUID, EnrollmentState]:
    """Return how each enrollment of a class stands, in the order in which they came."""
    statement = (
        select(Enrollment.id, Enrollment.state)
        .where(Enrollment.class_id == class_id)
        .order_by(Enrollment.waitlist_number.nulls_first(), Enrollment.id)
    )
    return {row.id: row.state for row in (await session.execute(statement)).all()}


def _wanted(sessions: Sequence[ClassSession]) -> TableValuedAlias:
    """Return the hours of sessions as a table of its own."""
    moments = ARRAY(DateTime(timezone=True))
    starts: list[datetime] = [each.starts_at for each in sessions]
    ends: list[datetime] = [each.ends_at for each in sessions]
    hours = func.unnest(literal(starts, moments), literal(ends, moments))
    return hours.table_valued("starts_at", "ends_at").render_derived("wanted")


async def clashes_of(
    session: AsyncSession, class_id: UUID, sessions: Sequence[ClassSession]
) -> list[ClashRead]:
    """Return when people with a seat in a class would have to be in another one as well.

    Nobody holds a place without a claim, and claims are found by programme and person.
    """
    here, there, wanted = aliased(Enrollment), aliased(Enrollment), _wanted(sessions)
    claim, person = ProgramClaim, Participant
    statement = (
        select(
            here.id.label("enrollment_id"),
            there.class_id.label("other_class_id"),
            Meeting.starts_at,
            Meeting.ends_at,
        )
        .join(person, person.id == here.participant_id)
        .join(Program, literal(value=True))
        .join(claim, (claim.program_id == Program.id) & (claim.nik_index == person.nik_index))
        .join(there, (there.class_id == claim.class_id) & (there.id == claim.enrollment_id))
        .join(Meeting, Meeting.class_id == there.class_id)
        .join(
            wanted, (Meeting.starts_at < wanted.c.ends_at) & (Meeting.ends_at > wanted.c.starts_at)
        )
        .where(
            here.class_id == class_id,
            here.state.in_(_HOLDING),
            there.class_id != class_id,
            there.state.in_(_HOLDING),
        )
        .distinct()
        .order_by(here.id, Meeting.starts_at, there.class_id)
        .limit(_MOST)
    )
    return [ClashRead.model_validate(row) for row in (await session.execute(statement)).all()]


def holders(states: dict[UUID, EnrollmentState]) -> list[UUID]:
    """Return who holds a seat, in the order given."""
    return [each for each, state in states.items() if state in HOLDS_SEAT]
