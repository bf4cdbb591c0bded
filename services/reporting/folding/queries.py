"""How the sums of a fact are read: what a report needs to know of a cube."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func

from services.reporting.base import Base
from services.reporting.folding.rules import Source

Measures: TypeAlias = dict[str, ColumnElement[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """The sums of one fact as reports read them.

    `code` is the fact's. `live` has a column for each dimension it can be cut by; `summary` fewer,
    and so fewer rows. `measures` states the sums over either, or over what stands in for them at a
    past moment, as of an instant; no two cubes name a sum alike. `by_horizon` tells that `live` has
    `horizon_months`, by which its report is always cut.
    """

    code: str
    source: Source
    live: type[Base]
    summary: type[Base] | None
    measures: Callable[[Any, datetime], Measures]
    by_horizon: bool = False


def sum_of(n: ColumnElement[int], *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the sum of `n` where all conditions hold, 0 when there is nothing."""
    total = func.sum(n)
    counted = total.filter(and_(*conditions)) if conditions else total
    return cast(func.coalesce(counted, 0), BigInteger)
