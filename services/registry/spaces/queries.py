"""Reads of spaces."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.spaces.tables import Space


async def list_spaces(
    session: AsyncSession, facility_id: UUID, *, after: str | None, limit: int
) -> Sequence[Space]:
    """Return up to `limit` spaces of a facility that follow name `after`, in the order of names."""
    statement = (
        select(Space).where(Space.facility_id == facility_id).order_by(Space.name).limit(limit)
    )
    if after is not None:
        statement = statement.where(Space.name > after)
    return (await session.scalars(statement)).all()


async def spaces_of(session: AsyncSession, facility_ids: Iterable[UUID]) -> Sequence[Space]:
    """Return all spaces of some facilities, locked in key order until the transaction ends."""
    wanted = literal(sorted(facility_ids), ARRAY(Uuid()))
    statement = (
        select(Space)
        .where(Space.facility_id == any_(wanted))
        .order_by(Space.facility_id, Space.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def known_ids(session: AsyncSession, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of `ids` that are spaces."""
    wanted = literal(list(ids), ARRAY(Uuid()))
    return set((await session.scalars(select(Space.id).where(Space.id == any_(wanted)))).all())
