"""Reads of assessments."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.assessments.rules import Learning, learning_of
from services.enrollment.assessments.schemas import AssessmentRead, RemedialRead
from services.enrollment.assessments.tables import (
    Assessment,
    AssessmentCorrection,
    AssessmentSheet,
)
from services.enrollment.attendance.queries import OnRoll, list_roll
from services.enrollment.attendance.rules import masked_name
from services.enrollment.classes.rules import ClassUnknownError
from services.enrollment.classes.tables import Class
from shared.db.within import within
from shared.scope import Scope


async def find_sheet(session: AsyncSession, class_id: UUID) -> AssessmentSheet | None:
    """Return the assessments of a class, if any were recorded."""
    return await session.get(AssessmentSheet, class_id)


async def check_class_within(session: AsyncSession, class_id: UUID, *, scope: Scope) -> None:
    """Refuse a class that the scope does not reach.

    Raises:
        ClassUnknownError: when there is no such class within the scope.
    """
    seen = select(Class.id).where(Class.id == class_id, within(scope, Class))
    if await session.scalar(seen) is None:
        raise ClassUnknownError


async def learnings_of(
    session: AsyncSession, class_id: UUID, enrollment_ids: Sequence[UUID]
) -> Mapping[UUID, Learning]:
    """Return what was said of some people of a class; those of whom nothing was are left out."""
    statement = select(Assessment).where(
        Assessment.class_id == class_id, Assessment.enrollment_id.in_(enrollment_ids)
    )
    rows = (await session.scalars(statement)).all()
    return {row.enrollment_id: learning_of(vars(row)) for row in rows}


async def count_assessed(session: AsyncSession, class_id: UUID) -> int:
    """Return of how many people of a class anything was said."""
    statement = select(func.count()).where(Assessment.class_id == class_id)
    return await session.scalar(statement) or 0


async def list_assessments(
    session: AsyncSession, class_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> list[AssessmentRead]:
    """Return up to `limit` people who hold a seat of a class and what was said, by id."""
    people = await list_roll(session, class_id, scope=scope, after=after, limit=limit)
    said = await learnings_of(session, class_id, [each.enrollment.id for each in people])
    return [_read(each, said.get(each.enrollment.id, Learning())) for each in people]


def _read(on_roll: OnRoll, learning: Learning) -> AssessmentRead:
    row, name = on_roll
    return AssessmentRead(
        enrollment_id=row.id,
        name=masked_name(name),
        state=row.state,
        pre_score=learning.pre_score,
        post_score=learning.post_score,
        best_score=learning.best_score,
        units=dict(learning.units),
        competent=sorted(learning.competent),
        remedials=[RemedialRead.model_validate(each) for each in learning.remedials],
    )


async def list_corrections(
    session: AsyncSession, class_id: UUID, *, after: int, limit: int
) -> Sequence[AssessmentCorrection]:
    """Return up to `limit` corrections of a class's assessments that follow version `after`."""
    statement = (
        select(AssessmentCorrection)
        .where(AssessmentCorrection.class_id == class_id, AssessmentCorrection.version > after)
        .order_by(AssessmentCorrection.version)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()
