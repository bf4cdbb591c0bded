"""Reads of snapshots; those that were published are everybody's."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.reporting.baselines.schemas import BaselineRead
from services.reporting.baselines.tables import Baseline
from services.reporting.snapshots.rules import PUBLIC, SnapshotNotFoundError
from services.reporting.snapshots.tables import Snapshot, SnapshotKey


class Known(NamedTuple):
    """A snapshot, and for what reason another one has taken its place."""

    snapshot: Snapshot
    replaced_reason: str | None


def _known() -> Select[Snapshot, str | None]:
    successor = aliased(Snapshot)
    return select(Snapshot, successor.reason).outerjoin(
        successor, successor.id == Snapshot.replaced_by_id
    )


async def list_snapshots(
    session: AsyncSession, *, everything: bool, after: tuple[date, UUID] | None, limit: int
) -> list[Known]:
    """Return up to `limit` snapshots, the latest period first; only public ones unless told."""
    statement = _known().order_by(Snapshot.period_to.desc(), Snapshot.id.desc()).limit(limit)
    if not everything:
        statement = statement.where(Snapshot.state.in_(PUBLIC))
    if after is not None:
        day, identifier = after
        earlier = and_(Snapshot.period_to == day, Snapshot.id < identifier)
        statement = statement.where(or_(Snapshot.period_to < day, earlier))
    return [Known(*row) for row in (await session.execute(statement)).all()]


async def find_snapshot(session: AsyncSession, snapshot_id: UUID, *, everything: bool) -> Known:
    """Return one snapshot; only a public one unless told.

    Raises:
        SnapshotNotFoundError: when there is none, or it has not been published.
    """
    statement = _known().where(Snapshot.id == snapshot_id)
    if not everything:
        statement = statement.where(Snapshot.state.in_(PUBLIC))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise SnapshotNotFoundError
    return Known(*row)


async def read_content(session: AsyncSession, snapshot_id: UUID) -> bytes:
    """Return the bytes of a snapshot that is frozen.

    Raises:
        SnapshotNotFoundError: when it is not.
    """
    body = await session.scalar(select(Snapshot.body).where(Snapshot.id == snapshot_id))
    if body is None:
        raise SnapshotNotFoundError
    return body


async def lock_snapshots(
    session: AsyncSession, snapshot_ids: Sequence[UUID]
) -> dict[UUID, Snapshot]:
    """Return snapshots locked in the order of their ids."""
    statement = (
        select(Snapshot)
        .where(Snapshot.id.in_(snapshot_ids))
        .order_by(Snapshot.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.id: each for each in await session.scalars(statement)}


async def get_snapshot(session: AsyncSession, snapshot_id: UUID) -> Snapshot:
    """Return one snapshot, published or not.

    Raises:
        SnapshotNotFoundError: when there is none of this id.
    """
    snapshot = await session.get(Snapshot, snapshot_id)
    if snapshot is None:
        raise SnapshotNotFoundError
    return snapshot


async def list_keys(session: AsyncSession) -> Sequence[SnapshotKey]:
    """Return every key that has ever signed, the first one first."""
    statement = select(SnapshotKey).order_by(SnapshotKey.first_used_at, SnapshotKey.kid)
    return (await session.scalars(statement)).all()


async def read_register(session: AsyncSession) -> list[BaselineRead]:
    """Return the whole register of published figures."""
    rows = await session.scalars(select(Baseline).order_by(Baseline.code))
    return [BaselineRead.model_validate(row) for row in rows]
