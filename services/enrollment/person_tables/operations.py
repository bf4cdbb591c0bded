"""What becomes of a person's rows when the person is erased."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Executable, case, column, delete, null, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.person_tables.queries import SCHEMA
from services.enrollment.person_tables.rules import BLANK, PERSON_TABLES, Fate, PersonTable


async def erase_rows(session: AsyncSession, participant_id: UUID) -> dict[str, int]:
    """Delete a person's rows, or take out of them what says whose they are; return how many.

    Tables that the erasure itself sees to are left alone.
    """
    counts: dict[str, int] = {}
    for each in PERSON_TABLES:
        statement = _statement(each, participant_id)
        if statement is not None:
            result = cast("CursorResult[Any]", await session.execute(statement))
            counts[each.name] = result.rowcount
    return {name: count for name, count in counts.items() if count}


def _statement(named: PersonTable, participant_id: UUID) -> Executable | None:
    members = {*named.emptied, *named.blanked, named.column}
    rows = table(named.name, *(column(each) for each in sorted(members)), schema=SCHEMA)
    own = rows.c[named.column] == participant_id
    if named.fate is Fate.DELETED:
        return delete(rows).where(own)
    if named.fate is Fate.OWN or not (named.emptied or named.blanked):
        return None
    blanked = {each: case((rows.c[each].is_(None), null()), else_=BLANK) for each in named.blanked}
    return update(rows).where(own).values({**dict.fromkeys(named.emptied, null()), **blanked})
