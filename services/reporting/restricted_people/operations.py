"""Restrictions as they are told, in whatever order."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.restricted_people.tables import RestrictedPerson


async def keep_restriction(
    session: AsyncSession, participant_id: UUID, *, version: int, restricted_at: datetime | None
) -> None:
    """Keep how a person stands as of a version, unless something newer was told."""
    statement = insert(RestrictedPerson).values(
        participant_id=participant_id, version=version, restricted_at=restricted_at
    )
    newer = {"version": version, "restricted_at": restricted_at}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["participant_id"],
            set_=newer,
            where=RestrictedPerson.version < version,
        )
    )


async def mark_erased(
    session: AsyncSession, participant_id: UUID, *, now: datetime
) -> RestrictedPerson:
    """Keep that a person was erased, for good, and return the row, locked.

    Told again, the first hour counts.
    """
    statement = insert(RestrictedPerson).values(
        participant_id=participant_id, version=0, erased_at=now
    )
    first = func.coalesce(RestrictedPerson.erased_at, now)
    kept = statement.on_conflict_do_update(
        index_elements=["participant_id"], set_={"erased_at": first}
    ).returning(RestrictedPerson)
    return (await session.scalars(kept, execution_options={"populate_existing": True})).one()
