"""Reads of the classes of a wave that is about to change."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.tables import Application
from services.enrollment.classes.tables import Class
from services.enrollment.selections.tables import Selection
from shared.schemas.enrollment import ApplicationState, ClassState, SelectionState

_UNDECIDED: Final = (ApplicationState.DRAFT, ApplicationState.SUBMITTED)


async def lock_planned(session: AsyncSession, wave_id: UUID) -> Sequence[Class]:
    """Return all planned classes of a wave, locked in the order of their ids."""
    statement = (
        select(Class)
        .where(Class.wave_id == wave_id, Class.state == ClassState.PLANNED)
        .order_by(Class.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def states_of(session: AsyncSession, wave_id: UUID) -> list[ClassState]:
    """Return the state of each class of a wave."""
    return list(await session.scalars(select(Class.state).where(Class.wave_id == wave_id)))


async def planned_of(
    session: AsyncSession, wave_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` planned classes of a wave, in the order of their ids."""
    statement = (
        select(Class.id)
        .where(Class.wave_id == wave_id, Class.state == ClassState.PLANNED)
        .order_by(Class.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Class.id > after)
    return (await session.scalars(statement)).all()


async def undecided_of(session: AsyncSession, wave_id: UUID, *, limit: int) -> Sequence[UUID]:
    """Return up to `limit` applications of a wave that nothing has been decided of, by id."""
    statement = (
        select(Application.id)
        .where(Application.wave_id == wave_id, Application.state.in_(_UNDECIDED))
        .order_by(Application.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def lock_undecided(
    session: AsyncSession, wave_id: UUID, ids: Sequence[UUID]
) -> Sequence[Application]:
    """Return which of these applications nothing has been decided of, locked, as others lock."""
    statement = (
        select(Application)
        .where(
            Application.wave_id == wave_id,
            Application.id.in_(ids),
            Application.state.in_(_UNDECIDED),
        )
        .order_by(Application.participant_id, Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def is_frozen(session: AsyncSession, wave_id: UUID) -> bool:
    """Tell whether the list of a locked wave's applications is frozen, for a draw or after one."""
    state = await session.scalar(select(Selection.state).where(Selection.wave_id == wave_id))
    return state is not None and state is not SelectionState.COMMITTED
