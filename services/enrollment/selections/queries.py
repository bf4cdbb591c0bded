"""Reads of selections."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.identities.rules import NikKeys, SealedNik
from services.enrollment.selection_criteria import queries as criteria_queries
from services.enrollment.selections.rules import SETTLED_AFTER, SelectionUnknownError
from services.enrollment.selections.schemas import SelectionRead
from services.enrollment.selections.tables import Selection
from services.enrollment.waves.rules import SelectionMethod
from services.enrollment.waves.tables import Wave
from shared.schemas.enrollment import SelectionState


async def get_selection(
    session: AsyncSession, wave_id: UUID, *, for_update: bool = False
) -> Selection:
    """Return the selection of a wave; locked and fresh when it is about to change.

    Raises:
        SelectionUnknownError: when nothing has been committed to.
    """
    found = await session.get(
        Selection, wave_id, with_for_update=for_update or None, populate_existing=for_update
    )
    if found is None:
        raise SelectionUnknownError
    return found


def bound_to(wave_id: UUID) -> str:
    """Return the place that the seed of a wave is sealed for."""
    return f"selection|seed_cipher|{wave_id}"


def seed_of(selection: Selection, keys: NikKeys) -> bytes:
    """Return the seed, which stays between the draw and the database until the announcement."""
    sealed = SealedNik(cipher=selection.seed_cipher, key_id=selection.seed_key_id)
    return bytes.fromhex(keys.unseal_text(sealed, bound_to=bound_to(selection.wave_id)))


async def read_of(
    session: AsyncSession, wave: Wave, selection: Selection, *, keys: NikKeys
) -> SelectionRead:
    """Return a selection as everybody sees it."""
    announced = selection.state is SelectionState.ANNOUNCED
    counts = (selection.counts or {}).get("outcomes")
    criteria = await criteria_queries.find_criteria(session, wave.id)
    return SelectionRead(
        wave_id=wave.id,
        method=selection.method,
        state=selection.state,
        commitment=selection.commitment.hex(),
        committed_at=selection.committed_at,
        public_source=selection.public_source,
        public_value=selection.public_value,
        closed_at=selection.closed_at,
        list_digest=_hex(selection.list_digest),
        list_count=selection.list_count,
        announce_at=selection.announce_at,
        announced_at=selection.announced_at,
        seed=seed_of(selection, keys).hex() if announced else None,
        result_digest=_hex(selection.result_digest) if announced else None,
        counts=counts if announced else None,
        criteria=criteria_queries.read_of(wave, criteria),
        version=selection.version,
    )


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


async def waves_to_commit(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return up to `limit` waves that take applications without a seed having been fixed."""
    statement = (
        select(Wave.id)
        .outerjoin(Selection, Selection.wave_id == Wave.id)
        .where(
            Wave.selection != SelectionMethod.FIRST_COME,
            Wave.opens_at <= now,
            Wave.closes_at > now,
            Wave.cancelled_at.is_(None),
            Selection.wave_id.is_(None),
        )
        .order_by(Wave.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def waves_to_close(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return up to `limit` waves whose list is to be frozen."""
    statement = (
        select(Selection.wave_id)
        .join(Wave, Wave.id == Selection.wave_id)
        .where(Selection.state == SelectionState.COMMITTED, Wave.closes_at <= now - SETTLED_AFTER)
        .order_by(Selection.wave_id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()
