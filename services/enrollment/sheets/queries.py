"""Reads of attendance sheets, over tables of the class alone."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.sheets.rules import ATTENDED, Mark
from services.enrollment.sheets.tables import Sheet, SheetCorrection, SheetEntry


async def find_sheet(session: AsyncSession, class_id: UUID, position: int) -> Sheet | None:
    """Return the roll call of a session, if it was taken."""
    return await session.get(Sheet, (class_id, position))


async def sheets_of(session: AsyncSession, class_ids: Sequence[UUID]) -> Sequence[Sheet]:
    """Return all roll calls of some classes, by class and session."""
    statement = (
        select(Sheet).where(Sheet.class_id.in_(class_ids)).order_by(Sheet.class_id, Sheet.position)
    )
    return (await session.scalars(statement)).all()


async def sheets_of_sessions(
    session: AsyncSession, class_id: UUID, positions: Sequence[int]
) -> Sequence[Sheet]:
    """Return the roll calls of some sessions of a class, in their order."""
    statement = (
        select(Sheet)
        .where(Sheet.class_id == class_id, Sheet.position.in_(positions))
        .order_by(Sheet.position)
    )
    return (await session.scalars(statement)).all()


async def entries_of_session(
    session: AsyncSession, class_id: UUID, position: int
) -> Sequence[SheetEntry]:
    """Return what the roll call of one session said, by enrollment."""
    statement = (
        select(SheetEntry)
        .where(SheetEntry.class_id == class_id, SheetEntry.position == position)
        .order_by(SheetEntry.enrollment_id)
    )
    return (await session.scalars(statement)).all()


async def entries_of_sessions(
    session: AsyncSession, class_id: UUID, positions: Sequence[int]
) -> Sequence[SheetEntry]:
    """Return what the roll calls of some sessions of a class said, by person and session."""
    statement = (
        select(SheetEntry)
        .where(SheetEntry.class_id == class_id, SheetEntry.position.in_(positions))
        .order_by(SheetEntry.enrollment_id, SheetEntry.position)
    )
    return (await session.scalars(statement)).all()


async def entries_of(
    session: AsyncSession, class_id: UUID, enrollment_ids: Sequence[UUID]
) -> Sequence[SheetEntry]:
    """Return what was said of some people of a class, by person and session."""
    statement = (
        select(SheetEntry)
        .where(SheetEntry.class_id == class_id, SheetEntry.enrollment_id.in_(enrollment_ids))
        .order_by(SheetEntry.enrollment_id, SheetEntry.position)
    )
    return (await session.scalars(statement)).all()


async def entries_of_classes(
    session: AsyncSession, class_ids: Sequence[UUID]
) -> Sequence[SheetEntry]:
    """Return what was said of everybody in some classes, by class, person and session."""
    statement = (
        select(SheetEntry)
        .where(SheetEntry.class_id.in_(class_ids))
        .order_by(SheetEntry.class_id, SheetEntry.enrollment_id, SheetEntry.position)
    )
    return (await session.scalars(statement)).all()


async def has_attended(session: AsyncSession, class_id: UUID, enrollment_id: UUID) -> bool:
    """Tell whether somebody was at any session of a class."""
    statement = (
        select(SheetEntry.position)
        .where(
            SheetEntry.class_id == class_id,
            SheetEntry.enrollment_id == enrollment_id,
            SheetEntry.status.in_(ATTENDED),
        )
        .limit(1)
    )
    return await session.scalar(statement) is not None


async def list_corrections(
    session: AsyncSession, class_id: UUID, position: int, *, after: int, limit: int
) -> Sequence[SheetCorrection]:
    """Return up to `limit` corrections of a session's sheet that follow version `after`."""
    statement = (
        select(SheetCorrection)
        .where(
            SheetCorrection.class_id == class_id,
            SheetCorrection.position == position,
            SheetCorrection.version > after,
        )
        .order_by(SheetCorrection.version)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


def mark_of(entry: SheetEntry) -> Mark:
    """Return what an entry says."""
    return Mark(entry.status, entry.minutes_late, entry.note_code)
