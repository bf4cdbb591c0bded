"""Reads of what somebody without a login may ask."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.queries import choices_of, places_of
from services.enrollment.applications.rules import DocumentKind
from services.enrollment.applications.schemas import ChoiceRead, PlaceRead
from services.enrollment.applications.tables import (
    Application,
    ApplicationCode,
    ApplicationDocument,
)
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.queries import waitlist_position
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.participants.tables import Participant


class Asked(NamedTuple):
    """What the code or the place belongs to, and the birth date that opens it."""

    birth_date: date
    participant_id: UUID
    wave_id: UUID
    application: Application | None
    place: PlaceRead | None


async def find_by_code(session: AsyncSession, code: str) -> Asked | None:
    """Return the application that has a code."""
    statement = (
        select(Application, Participant.birth_date)
        .join(
            ApplicationCode,
            (ApplicationCode.participant_id == Application.participant_id)
            & (ApplicationCode.application_id == Application.id),
        )
        .join(Participant, Participant.id == Application.participant_id)
        .where(ApplicationCode.code == code)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        return None
    row, birth_date = found
    place = (await places_of(session, [row])).get(row.id)
    return Asked(birth_date, row.participant_id, row.wave_id, row, place)


async def find_by_place(session: AsyncSession, class_id: UUID, enrollment_id: UUID) -> Asked | None:
    """Return the claimed place of a class."""
    statement = (
        select(Enrollment, Participant.birth_date)
        .join(Participant, Participant.id == Enrollment.participant_id)
        .where(Enrollment.class_id == class_id, Enrollment.id == enrollment_id)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        return None
    row, birth_date = found
    place = PlaceRead(
        class_id=row.class_id,
        enrollment_id=row.id,
        state=row.state,
        waitlist_number=row.waitlist_number,
        waitlist_position=await waitlist_position(session, row),
        confirm_by=row.confirm_by,
    )
    return Asked(birth_date, row.participant_id, row.wave_id, None, place)


async def class_of(session: AsyncSession, place: PlaceRead) -> Class:
    """Return the class of a place."""
    return (await session.scalars(select(Class).where(Class.id == place.class_id))).one()


async def draft_parts(
    session: AsyncSession, row: Application
) -> tuple[list[ChoiceRead], Sequence[DocumentKind]]:
    """Return what a draft holds: its choices, and which kinds of documents."""
    statement = (
        select(ApplicationDocument.kind)
        .where(
            ApplicationDocument.participant_id == row.participant_id,
            ApplicationDocument.application_id == row.id,
        )
        .order_by(ApplicationDocument.id)
    )
    choices = (await choices_of(session, [row]))[row.id]
    kinds = (await session.scalars(statement)).all()
    return [ChoiceRead.model_validate(each) for each in choices], kinds
