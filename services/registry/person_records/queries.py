"""All that the registry keeps of one person."""

from typing import Any
from uuid import UUID

from sqlalchemy import column, func, literal_column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.person_records.rules import PERSON_TABLES


async def rows_of(session: AsyncSession, participant_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return a person's rows by table, as JSON says them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in PERSON_TABLES:
        rows = select(func.to_jsonb(literal_column(name))).select_from(
            table(name, schema="registry")
        )
        own = rows.where(column("participant_id") == participant_id)
        found[name] = list(await session.scalars(own))
    return {name: rows for name, rows in found.items() if rows}
