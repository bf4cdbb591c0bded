"""All that reporting keeps of one person."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import column, func, literal_column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followups.tables import FollowUp, FollowUpVersion
from services.reporting.person_records.rules import PERSON_TABLES


async def rows_of(session: AsyncSession, participant_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return a person's rows by table, as JSON says them; what is sealed is left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, hidden in PERSON_TABLES.items():
        rows = select(func.to_jsonb(literal_column(name))).select_from(
            table(name, schema="reporting")
        )
        own = await session.scalars(rows.where(column("participant_id") == participant_id))
        found[name] = [
            {key: value for key, value in row.items() if key not in hidden} for row in own
        ]
    return {name: rows for name, rows in found.items() if rows}


async def followups_of(
    session: AsyncSession, participant_id: UUID, *, for_update: bool = False
) -> Sequence[FollowUp]:
    """Return a person's follow-ups in key order."""
    statement = (
        select(FollowUp).where(FollowUp.participant_id == participant_id).order_by(FollowUp.id)
    )
    return (await session.scalars(statement.with_for_update() if for_update else statement)).all()


async def versions_of(
    session: AsyncSession, participant_id: UUID, *, for_update: bool = False
) -> Sequence[FollowUpVersion]:
    """Return what a person's follow-ups said before their corrections, in key order."""
    statement = (
        select(FollowUpVersion)
        .where(FollowUpVersion.participant_id == participant_id)
        .order_by(FollowUpVersion.followup_id, FollowUpVersion.version)
    )
    return (await session.scalars(statement.with_for_update() if for_update else statement)).all()
