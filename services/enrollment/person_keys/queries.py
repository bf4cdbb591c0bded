"""Reads of person keys."""

from collections.abc import Collection
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.identities.rules import SealedNik
from services.enrollment.person_keys.tables import PersonKey

Wrapped: TypeAlias = SealedNik | None


async def get_wrapped(
    session: AsyncSession, participant_ids: Collection[UUID]
) -> dict[UUID, Wrapped]:
    """Return the wrapped keys of those people who have or had one; None where it is destroyed."""
    statement = select(PersonKey.participant_id, PersonKey.wrapped_key, PersonKey.key_id).where(
        PersonKey.participant_id.in_(participant_ids)
    )
    return {
        participant_id: None if cipher is None or key_id is None else SealedNik(cipher, key_id)
        for participant_id, cipher, key_id in await session.execute(statement)
    }
