"""Reads of notices, and of what they tell."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event, Job
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.notices.rules import (
    NoticeState,
    NoticeUnknownError,
    ReminderWindow,
)
from services.enrollment.notices.schemas import SendNotices
from services.enrollment.notices.tables import ClassReminder, Notice
from services.enrollment.participants.tables import Participant
from shared.db.events import log_mark
from shared.schemas.enrollment import ClassState, EnrollmentState, Topic
from shared.schemas.jobs import JobState
from shared.schemas.registry import TimeZone


class ClassFacts(NamedTuple):
    """What people are told of a class."""

    label: str
    facility_name: str
    space_name: str
    starts_at: datetime
    time_zone: TimeZone
    state: ClassState


class Seat(NamedTuple):
    """Who sits where."""

    class_id: UUID
    enrollment_id: UUID
    participant_id: UUID


async def class_facts(session: AsyncSession, class_ids: Collection[UUID]) -> dict[UUID, ClassFacts]:
    """Return what people are told of these classes."""
    statement = select(
        Class.id,
        Class.label,
        Class.facility_name,
        Class.space_name,
        Class.starts_at,
        Class.time_zone,
        Class.state,
    ).where(Class.id.in_(class_ids))
    rows = (await session.execute(statement)).all()
    return {row[0]: ClassFacts(*row[1:]) for row in rows}


async def called_off_at(session: AsyncSession, class_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when each of these classes was called off, of those that were."""
    statement = select(Event.stream_id, Event.occurred_at).where(
        Event.stream_id.in_(class_ids), Event.topic == Topic.CLASS_CANCELLED
    )
    rows = (await session.execute(statement)).all()
    return {row.stream_id: row.occurred_at for row in rows}


async def waitlist_numbers(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]]
) -> dict[UUID, int | None]:
    """Return the waitlist numbers of enrollments, given by class and id."""
    statement = select(Enrollment.id, Enrollment.waitlist_number).where(
        tuple_(Enrollment.class_id, Enrollment.id).in_(keys)
    )
    rows = (await session.execute(statement)).all()
    return {row.id: row.waitlist_number for row in rows}


async def deadlines(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]]
) -> dict[UUID, datetime]:
    """Return until when offered seats are held, given by class and id."""
    statement = select(Enrollment.id, Enrollment.confirm_by).where(
        tuple_(Enrollment.class_id, Enrollment.id).in_(keys)
    )
    rows = (await session.execute(statement)).all()
    return {row.id: row.confirm_by for row in rows if row.confirm_by is not None}


async def seats_of(
    session: AsyncSession,
    class_ids: Collection[UUID],
    *,
    states: Collection[EnrollmentState] = (EnrollmentState.SEATED,),
) -> list[Seat]:
    """Return who has a seat in these classes."""
    statement = select(Enrollment.class_id, Enrollment.id, Enrollment.participant_id).where(
        Enrollment.class_id.in_(class_ids), Enrollment.state.in_(states)
    )
    return [Seat(*row) for row in (await session.execute(statement)).all()]


def classes_to_remind(window: ReminderWindow, *, limit: int) -> Select[UUID]:
    """Return the statement of the planned classes of which nobody has been reminded yet."""
    reminded = select(ClassReminder.class_id).where(
        ClassReminder.class_id == Class.id,
        ClassReminder.day == window.day,
        ClassReminder.days_before == window.days,
    )
    return (
        select(Class.id)
        .where(
            Class.state == ClassState.PLANNED,
            Class.time_zone == window.zone,
            Class.starts_at >= window.since,
            Class.starts_at < window.until,
            ~reminded.exists(),
        )
        .limit(limit)
    )


def pending(*, now: datetime, limit: int) -> Select[UUID, UUID]:
    """Return the statement that locks what has been due longest and nobody is sending."""
    return (
        select(Notice.participant_id, Notice.id)
        .where(
            Notice.state == NoticeState.PENDING,
            Notice.due_at <= now,
            (Notice.claimed_until.is_(None)) | (Notice.claimed_until < now),
        )
        .order_by(Notice.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


async def anything_due(session: AsyncSession, *, now: datetime) -> bool:
    """Tell whether a notice waits to be sent."""
    return (await session.execute(pending(now=now, limit=1))).first() is not None


async def is_ordered(session: AsyncSession) -> bool:
    """Tell whether a job that sends notices waits for its turn."""
    statement = (
        select(Job.id).where(Job.state == JobState.QUEUED, Job.kind == SendNotices.kind).limit(1)
    )
    return await session.scalar(statement) is not None


async def with_people(
    session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]
) -> Sequence[Row[Notice, Participant | None, EnrollmentState | None]]:
    """Return notices with whom they are for and how the enrollment stands that they are about."""
    statement = (
        select(Notice, Participant, Enrollment.state)
        .outerjoin(Participant, Participant.id == Notice.participant_id)
        .outerjoin(
            Enrollment,
            (Enrollment.class_id == Notice.class_id) & (Enrollment.id == Notice.enrollment_id),
        )
        .where(tuple_(Notice.participant_id, Notice.id).in_(keys))
        .order_by(Notice.due_at)
    )
    return (await session.execute(statement)).all()


async def known_people(session: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    """Return those of `people` who are registered."""
    return set(await session.scalars(select(Participant.id).where(Participant.id.in_(people))))


async def get_notice(
    session: AsyncSession, participant_id: UUID, notice_id: UUID, *, for_update: bool = False
) -> Notice:
    """Return a notice of a person whom the caller has been found to see.

    Raises:
        NoticeUnknownError: when the person has no such notice.
    """
    found = await session.get(
        Notice, (participant_id, notice_id), with_for_update=for_update or None
    )
    if found is None:
        raise NoticeUnknownError
    return found


async def list_notices(
    session: AsyncSession, participant_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Notice]:
    """Return up to `limit` notices of a person, the newest first."""
    statement = select(Notice).where(Notice.participant_id == participant_id)
    if before is not None:
        statement = statement.where(Notice.id < before)
    return (await session.scalars(statement.order_by(Notice.id.desc()).limit(limit))).all()


async def end_of_log(session: AsyncSession) -> str | None:
    """Return the cursor after the last event of enrollment's log that a reader may see."""
    found = (await session.execute(log_mark(Event, most=0))).one()
    return str(found.last) if found.last else None
