"""Reads of what holds erasure back."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.tables import Application
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.legal_holds.rules import Holding, HoldKind, HoldUnknownError
from services.enrollment.legal_holds.tables import LegalHold
from shared.schemas.enrollment import ApplicationState, ClassState, EnrollmentState

# The days of the record are Jakarta's.
_ZONE: Final = "Asia/Jakarta"
_OPEN_PLACES: Final = (EnrollmentState.WAITLISTED, EnrollmentState.OFFERED, EnrollmentState.SEATED)
_ENDED: Final = (ClassState.COMPLETED, ClassState.CANCELLED)
_OPEN_APPLICATIONS: Final = (ApplicationState.SUBMITTED, ApplicationState.RESERVE)


async def holdings_on(session: AsyncSession, participant_id: UUID, *, today: date) -> list[Holding]:
    """Return all that holds the erasure of a person back on a day."""
    statement = (
        select(LegalHold.kind, LegalHold.until)
        .where(
            LegalHold.participant_id == participant_id,
            LegalHold.lifted_at.is_(None),
            or_(LegalHold.until.is_(None), LegalHold.until >= today),
        )
        .order_by(LegalHold.id)
    )
    placed = [Holding(*row) for row in (await session.execute(statement)).all()]
    return [*placed, *await _open_classes(session, participant_id)]


async def _open_classes(session: AsyncSession, participant_id: UUID) -> list[Holding]:
    seats = (
        select(func.date(func.timezone(_ZONE, func.max(Class.ends_at))), func.count())
        .select_from(Enrollment)
        .join(Class, Class.id == Enrollment.class_id)
        .where(
            Enrollment.participant_id == participant_id,
            Enrollment.state.in_(_OPEN_PLACES),
            Class.state.not_in(_ENDED),
        )
    )
    last, count = (await session.execute(seats)).one()
    if count:
        return [Holding(HoldKind.OPEN_CLASS, last)]
    asked = select(Application.id).where(
        Application.participant_id == participant_id, Application.state.in_(_OPEN_APPLICATIONS)
    )
    waits = await session.scalar(asked.limit(1)) is not None
    return [Holding(HoldKind.OPEN_CLASS, None)] if waits else []


async def get_hold(session: AsyncSession, hold_id: UUID) -> LegalHold:
    """Return a legal hold, locked.

    Raises:
        HoldUnknownError: when there is none.
    """
    found = await session.scalar(select(LegalHold).where(LegalHold.id == hold_id).with_for_update())
    if found is None:
        raise HoldUnknownError
    return found


async def list_holds(
    session: AsyncSession, *, participant_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[LegalHold]:
    """Return up to `limit` legal holds, the oldest first, of everybody or of one person."""
    statement = select(LegalHold).order_by(LegalHold.id).limit(limit)
    if participant_id is not None:
        statement = statement.where(LegalHold.participant_id == participant_id)
    if after is not None:
        statement = statement.where(LegalHold.id > after)
    return (await session.scalars(statement)).all()
