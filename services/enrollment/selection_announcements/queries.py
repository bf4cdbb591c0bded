"""Reads of what is to be announced."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.tables import Application
from services.enrollment.base import Job
from services.enrollment.classes.tables import Class
from services.enrollment.draws.rules import Outcome
from services.enrollment.selection_announcements.schemas import AnnounceSelection
from services.enrollment.selections.tables import Selection, SelectionResult
from services.enrollment.waves.rules import SelectionMethod
from services.enrollment.waves.tables import Wave
from shared.db.jobs import FINISHED
from shared.schemas.enrollment import ApplicationState, ClassState, SelectionState

_UNANNOUNCED: Final = (SelectionMethod.SCORE, SelectionMethod.LOTTERY)


class Found(NamedTuple):
    """What was drawn for one application, whose it is, and whether figures count it."""

    result: SelectionResult
    participant_id: UUID
    counted: bool


def _results(selection: Selection) -> Select[SelectionResult, UUID, bool]:
    return (
        select(SelectionResult, Application.participant_id, Application.facility_kind.is_not(None))
        .join(
            Application,
            (Application.wave_id == SelectionResult.wave_id)
            & (Application.id == SelectionResult.application_id),
        )
        .where(
            SelectionResult.wave_id == selection.wave_id,
            SelectionResult.preview == selection.preview,
        )
        .order_by(SelectionResult.position)
    )


async def lock_unannounced(session: AsyncSession, class_ids: Collection[UUID]) -> Sequence[Class]:
    """Return those of some classes whose places are still to be given, locked and fresh, by id."""
    statement = (
        select(Class)
        .where(Class.id.in_(class_ids), Class.announced_at.is_(None))
        .order_by(Class.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def results_of_classes(
    session: AsyncSession, selection: Selection, class_ids: Collection[UUID]
) -> list[Found]:
    """Return what was drawn for some classes, in the order of the ranks."""
    statement = _results(selection).where(SelectionResult.class_id.in_(class_ids))
    return [Found(*row) for row in (await session.execute(statement)).all()]


async def results_without_place(
    session: AsyncSession, selection: Selection, *, after: int, limit: int
) -> list[Found]:
    """Return up to `limit` results after position `after` for which nothing was drawn."""
    statement = (
        _results(selection)
        .where(
            SelectionResult.class_id.is_(None),
            SelectionResult.outcome != Outcome.WITHDRAWN,
            SelectionResult.position > after,
        )
        .limit(limit)
    )
    return [Found(*row) for row in (await session.execute(statement)).all()]


async def lock_submitted(session: AsyncSession, found: Collection[Found]) -> set[UUID]:
    """Return which of these applications still wait for a decision; they are locked."""
    statement = (
        select(Application.id)
        .where(
            Application.participant_id.in_([each.participant_id for each in found]),
            Application.id.in_([each.result.application_id for each in found]),
            Application.state == ApplicationState.SUBMITTED,
        )
        .order_by(Application.participant_id, Application.id)
        .with_for_update()
    )
    return set((await session.scalars(statement)).all())


async def classes_of_wave(session: AsyncSession, wave_id: UUID) -> Sequence[UUID]:
    """Return the classes of a wave that have not been announced, by their codes."""
    statement = (
        select(Class.id)
        .where(Class.wave_id == wave_id, Class.announced_at.is_(None))
        .order_by(Class.code)
    )
    return (await session.scalars(statement)).all()


async def selections_due(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return up to `limit` waves whose announcement is due."""
    statement = (
        select(Selection.wave_id)
        .join(Wave, Wave.id == Selection.wave_id)
        .where(
            Selection.state == SelectionState.APPROVED,
            Selection.announce_at <= now,
            Wave.cancelled_at.is_(None),
        )
        .order_by(Selection.wave_id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def selections_left(session: AsyncSession, *, limit: int) -> Sequence[UUID]:
    """Return up to `limit` waves that are being announced without anybody doing it."""
    at_work = (
        select(Job.id)
        .where(
            Job.kind == AnnounceSelection.kind,
            Job.state.not_in(FINISHED),
            Job.payload["wave_id"].astext == Selection.wave_id.cast(Text),
        )
        .exists()
    )
    statement = (
        select(Selection.wave_id)
        .where(Selection.state == SelectionState.ANNOUNCING, ~at_work)
        .order_by(Selection.wave_id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def late_classes(session: AsyncSession, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return up to `limit` classes, with their waves, that were planned after the announcement."""
    statement = (
        select(Selection.wave_id, Class.id)
        .join(Class, Class.wave_id == Selection.wave_id)
        .where(
            Selection.state == SelectionState.ANNOUNCED,
            Class.announced_at.is_(None),
            Class.selection.in_(_UNANNOUNCED),
            Class.state == text(f"'{ClassState.PLANNED.value}'"),
        )
        .order_by(Class.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]
