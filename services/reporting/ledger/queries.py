"""Reads of the ledger and of how far it is folded."""

from typing import Any, Final

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.folding.rules import Keeping, Recorded, Rollup, Source
from services.reporting.folding.tables import Fold, mapped_table
from services.reporting.ledger.tables import TABLES, Entry


def table_of(what: Rollup | Keeping) -> Table:
    """Return the table that holds the sums of a rollup, or what is kept."""
    return TABLES[what.table]


async def lock_fold(session: AsyncSession, source: Source) -> Fold:
    """Return how far `source` is folded, locked, so that the ledger has one writer per source."""
    statement = select(Fold).where(Fold.source == source).with_for_update()
    return (await session.scalars(statement)).one()


async def get_fold(session: AsyncSession, source: Source) -> Fold:
    """Return how far `source` is folded."""
    return (await session.scalars(select(Fold).where(Fold.source == source))).one()


# Columns, not attributes: of a mapped class each row costs some ten microseconds more.
_ENTRY: Final = mapped_table(Entry).c
_READ: Final = (_ENTRY.seq, *(_ENTRY[name] for name in Recorded._fields))


def entries_after(
    *, source: Source, era: int, after: int, until: int | None = None
) -> Select[*tuple[Any, ...]]:
    """Return the statement that lists ledger rows `after < seq <= until` in ledger order."""
    statement = (
        select(*_READ)
        .where(_ENTRY.source == source, _ENTRY.era == era, _ENTRY.seq > after)
        .order_by(_ENTRY.seq)
    )
    return statement if until is None else statement.where(_ENTRY.seq <= until)


async def list_entries(
    session: AsyncSession, statement: Select[*tuple[Any, ...]]
) -> tuple[int | None, list[Recorded]]:
    """Return the events of `statement` and the number of the last; None when there is none."""
    rows = (await session.execute(statement)).all()
    return (rows[-1].seq if rows else None), [Recorded._make(row[1:]) for row in rows]


async def count_entries(session: AsyncSession, *, source: Source, era: int) -> int:
    """Return how many events of `source` the present era holds."""
    statement = select(func.count()).where(Entry.source == source, Entry.era == era)
    return (await session.scalars(statement)).one()
