"""All that enrollment keeps of one person, table by table."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, column, func, literal_column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.person_tables.rules import FOLLOWING, PERSON_TABLES, PersonTable

SCHEMA = "enrollment"


async def rows_of(session: AsyncSession, participant_id: UUID) -> dict[str, list[dict[str, Any]]]:
    r"""Return a person's rows by table, as JSON says them; keys and hashes are left out.

    What is sealed is there as it lies in the table, hexadecimal after `\x`.
    """
    found = {
        each.name: await _rows(session, each, participant_id) for each in PERSON_TABLES if each.told
    }
    for following in FOLLOWING:
        named = table(following.names, column("id"), column("participant_id"), schema=SCHEMA)
        ids = select(named.c.id).where(named.c.participant_id == participant_id)
        found[following.name] = await _of_table(
            session, following.name, column(following.column).in_(ids)
        )
    events = (
        select(Event.topic, Event.occurred_at)
        .where(Event.participant_id == participant_id, Event.stream_id == participant_id)
        .order_by(Event.id)
    )
    found["event"] = [
        {"topic": topic, "occurred_at": occurred_at.isoformat()}
        for topic, occurred_at in (await session.execute(events)).all()
    ]
    return {name: rows for name, rows in found.items() if rows}


async def _rows(
    session: AsyncSession, named: PersonTable, participant_id: UUID
) -> list[dict[str, Any]]:
    rows = await _of_table(session, named.name, column(named.column) == participant_id)
    hidden = frozenset(named.hidden)
    return [{key: value for key, value in row.items() if key not in hidden} for row in rows]


async def _of_table(
    session: AsyncSession, name: str, condition: ColumnElement[bool]
) -> list[dict[str, Any]]:
    rows = select(func.to_jsonb(literal_column(name))).select_from(table(name, schema=SCHEMA))
    return list(await session.scalars(rows.where(condition)))
