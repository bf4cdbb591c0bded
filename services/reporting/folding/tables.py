"""How far each source is folded, and the frame of every table of figures.

Every folded row belongs to a `generation`. The live one stands in `fold`; a rebuild folds the
ledger into a generation of its own beside it, and a swap is one update of `fold`.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Subquery, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.programs.tables import Program


class Fold(Base):
    """How far a source is folded: one row per source, locked by whoever folds it.

    `position` is the ledger's last folded number. `era` counts the restores of the source: its
    earlier eras stay in the ledger but are no longer folded. `topics` are those that the ledger
    has kept since the first event of the era, `layout` names the tables that the live generation
    was folded into; both are None before anything was folded. Since `behind_since` a newer version
    catches up with what the one before it did not keep or fold.
    """

    __tablename__ = "fold"

    source: Mapped[Source] = mapped_column(primary_key=True)
    era: Mapped[int]
    generation: Mapped[int]
    next_generation: Mapped[int]
    position: Mapped[int] = mapped_column(BigInteger)
    topics: Mapped[list[str] | None]
    layout: Mapped[str | None]
    behind_since: Mapped[datetime | None]


class Counted:
    """A row of sums. `cell` is `rules.cell_id` of the row's members."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    cell: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


# Sums change in place: half-filled pages keep their updates on the page (HOT).
ROOM: Final[dict[str, Any]] = {"postgresql_with": {"fillfactor": 70}}


class Owned:
    """The ministries that own the programme; None until its event has come."""

    owner_ministry: Mapped[str | None]
    co_ministry: Mapped[str | None]


def mapped_table(mapped: type[Base]) -> Table:
    """Return the table of a mapped class."""
    return Base.metadata.tables[f"{Base.metadata.schema}.{mapped.__tablename__}"]


def live(mapped: type[Base], source: Source, *, owned: bool) -> Subquery:
    """Return the rows of a table that reports read, with the ministries that own the programme.

    PostgreSQL leaves the join out wherever nobody asks for the ministries.
    """
    table = mapped_table(mapped)
    generation = select(Fold.generation).where(Fold.source == source).scalar_subquery()
    if not owned:
        return select(table).where(table.c.generation == generation).subquery()
    return (
        select(table, Program.owner_ministry, Program.co_ministry)
        .outerjoin(Program, Program.id == table.c.program_id)
        .where(table.c.generation == generation)
        .subquery()
    )
