"""Reads of instructors, each within a scope: an instructor is a person."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.instructors.rules import InstructorNotFoundError
from services.registry.instructors.tables import Instructor
from shared.db.within import within
from shared.scope import Scope


async def list_instructors(
    session: AsyncSession,
    *,
    scope: Scope,
    facility_id: UUID | None,
    after: str | None,
    limit: int,
) -> Sequence[Instructor]:
    """Return up to `limit` instructors within `scope` that follow code `after`, in that order."""
    statement = (
        select(Instructor).where(within(scope, Instructor)).order_by(Instructor.code).limit(limit)
    )
    if facility_id is not None:
        statement = statement.where(Instructor.home_facility_id == facility_id)
    if after is not None:
        statement = statement.where(Instructor.code > after)
    return (await session.scalars(statement)).all()


async def get_instructor(session: AsyncSession, instructor_id: UUID, *, scope: Scope) -> Instructor:
    """Return one instructor.

    Raises:
        InstructorNotFoundError: when there is none of this id within `scope`.
    """
    statement = select(Instructor).where(Instructor.id == instructor_id, within(scope, Instructor))
    instructor = await session.scalar(statement)
    if instructor is None:
        raise InstructorNotFoundError
    return instructor
