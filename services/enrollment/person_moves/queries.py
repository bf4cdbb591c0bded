"""What a person has in every table, and the statements that give it to another person."""

from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Base
from services.enrollment.person_moves.rules import Fate, Reference, of_fate


class Things(NamedTuple):
    """How many rows of a table go over to the other person, are dropped, and forbid the merge."""

    table: str
    moves: int
    dropped: int
    blocked: int


def _count(reference: Reference) -> str:
    dropped = "TRUE" if reference.fate is Fate.DROP else reference.drops or "FALSE"
    return f"""
    SELECT '{reference.table}' AS name, count(*) AS found,
        count(*) FILTER (WHERE {dropped}) AS dropped,
        count(*) FILTER (WHERE {reference.blocks or "FALSE"}) AS blocked
    FROM enrollment.{reference.table} AS gone WHERE {reference.of_gone}
    """  # noqa: S608 - put together from constants only


@cache
def _counts() -> TextClause:
    counted = of_fate(Fate.COPY, Fate.MOVE, Fate.DROP)
    enrollments = Reference("enrollment")
    return text(" UNION ALL ".join(map(_count, (enrollments, *counted))))


async def what_is_held(session: AsyncSession, *, stays: UUID, gone: UUID) -> list[Things]:
    """Return what a person has, and what becomes of it in a merge, in one statement."""
    rows = await session.execute(_counts(), {"from_id": gone, "into_id": stays})
    return [
        Things(
            table=row.name, moves=row.found - row.dropped, dropped=row.dropped, blocked=row.blocked
        )
        for row in rows
        if row.found
    ]


@cache
def drop_statement(reference: Reference) -> TextClause:
    """Return the statement that removes rows of which whoever stays has the same."""
    condition = "TRUE" if reference.drops is None else f"({reference.drops})"
    return text(
        f"DELETE FROM enrollment.{reference.table} AS gone"  # noqa: S608 - as above
        f" WHERE {reference.of_gone} AND {condition}"
    )


@cache
def move_statement(reference: Reference) -> TextClause:
    """Return the statement that gives all rows of a table to the one who stays."""
    return text(
        f"UPDATE enrollment.{reference.table} AS gone"  # noqa: S608 - as above
        f" SET {reference.column} = :into_id WHERE {reference.of_gone}"
    )


@cache
def copy_statement(reference: Reference) -> TextClause:
    """Return the statement that writes the rows of a table anew, as those of whoever stays."""
    names = Base.metadata.tables[f"enrollment.{reference.table}"].columns.keys()
    chosen = [":into_id" if name == reference.column else f"gone.{name}" for name in names]
    return text(
        f"INSERT INTO enrollment.{reference.table} ({', '.join(names)})"  # noqa: S608 - as above
        f" SELECT {', '.join(chosen)} FROM enrollment.{reference.table} AS gone"
        f" WHERE {reference.of_gone}"
    )


@cache
def sealed_statement(reference: Reference) -> TextClause:
    """Return the statement that reads what is sealed in a table."""
    return text(
        f"SELECT id, {', '.join(reference.sealed)}"  # noqa: S608 - as above
        f" FROM enrollment.{reference.table} AS gone WHERE {reference.of_gone}"
    )


@cache
def reseal_statement(reference: Reference) -> TextClause:
    """Return the statement that gives one sealed row to whoever stays."""
    changes = [f"{name} = :{name}" for name in reference.sealed]
    return text(
        f"UPDATE enrollment.{reference.table} AS gone"  # noqa: S608 - as above
        f" SET {reference.column} = :into_id, {', '.join(changes)}"
        f" WHERE {reference.of_gone} AND gone.id = :id"
    )
