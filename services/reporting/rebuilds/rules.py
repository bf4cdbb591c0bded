"""What counts as a difference between the live figures and the ledger folded anew."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from services.reporting.folding.rules import Folded, Rollup, cell_id, project

_FROM_HOUR: Final = 1
_TO_HOUR: Final = 5


def moved_cells(rollup: Rollup, folded: Folded) -> dict[UUID, list[int]]:
    """Return what events that the shadow has not seen yet added to the live cells, by cell id."""
    sums = project(rollup, folded.cells.get(rollup.fact, {}))
    return {UUID(cell_id(key)): measures for key, measures in sums.items()}


def unexplained(
    differing: Mapping[UUID, list[int] | None], moved: Mapping[UUID, list[int]]
) -> list[UUID]:
    """Return the cells whose difference (live - shadow) is not what moved meanwhile, in order.

    A cell that moved but does not differ is as wrong as one that differs but did not move. None
    stands for a cell whose members differ: nothing that moves explains that.
    """
    wrong = {cell for cell, gaps in differing.items() if gaps is None or gaps != moved.get(cell)}
    return sorted(wrong | (moved.keys() - differing.keys()))


def night_of(local: datetime) -> date | None:
    """Return the night whose recount is due at an hour of Jakarta; None outside of one to five."""
    return local.date() if _FROM_HOUR <= local.hour < _TO_HOUR else None
