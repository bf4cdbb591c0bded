"""Reads of what is known of people, and whom their NIKs lead to."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.external_refs.tables import ExternalRef
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.merged_participants.tables import MergedParticipant
from services.enrollment.participants.tables import Participant

_QUIETLY: Final = {"synchronize_session": False}


async def refs_of(session: AsyncSession, participant_id: UUID) -> dict[str, str]:
    """Return the references of a person in other systems."""
    statement = select(ExternalRef.client, ExternalRef.ref).where(
        ExternalRef.participant_id == participant_id
    )
    return {row.client: row.ref for row in await session.execute(statement)}


async def lead_to(
    session: AsyncSession, nik_indexes: Collection[bytes], *, participant_id: UUID
) -> None:
    """Let the claims of these NIKs lead to a person."""
    statement = (
        update(IdentityClaim)
        .where(IdentityClaim.nik_index.in_(nik_indexes))
        .values(participant_id=participant_id)
    )
    await session.execute(statement.execution_options(**_QUIETLY))


async def pass_on(session: AsyncSession, *, gone: UUID, stays: UUID) -> None:
    """Let every id that stood for one person stand for another."""
    statement = (
        update(MergedParticipant)
        .where(MergedParticipant.participant_id == gone)
        .values(participant_id=stays)
    )
    await session.execute(statement.execution_options(**_QUIETLY))


def values_of(person: Participant) -> dict[str, Any]:
    """Return everything that the table of people says of a person."""
    return {each.key: getattr(person, each.key) for each in inspect(Participant).column_attrs}


def facts_of(person: Participant) -> dict[str, str | None]:
    """Return what is known of a person, as text; without what is sealed."""
    left_out = {"id", "nik_cipher", "nik_key_id", "nik_index", "name_key"}
    return {
        name: None if value is None else str(value)
        for name, value in values_of(person).items()
        if name not in left_out
    }
