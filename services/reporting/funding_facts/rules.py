"""What the funding of classes adds up to, by class and source."""

from collections.abc import Mapping
from typing import Final

from services.reporting.folding.rules import (
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
)
from shared.schemas.enrollment import ClassFunded, Topic

# The cell without a source is the class as a whole: `n` counts what is funded, in rupiah.
ALL_SOURCES: Final = ""
FUNDING: Final = Fact("funding", Source.ENROLLMENT, ("class_id", "source"), ("n", "rupiah"))
ROLLUPS: Final = (Rollup("funding_cube", FUNDING, FUNDING.members, daily=True),)


def _cells(by_source: Mapping[str, int]) -> dict[str, int]:
    """Return the rupiah of each cell of a class; none when nobody pays for it."""
    return {**by_source, ALL_SOURCES: sum(by_source.values())} if by_source else {}


def _fold_funding(folded: Folded, event: Recorded) -> None:
    funded = ClassFunded.model_validate(event.payload)
    for by_source, sign in ((funded.replaced or {}, -1), (funded.by_source, 1)):
        for source, rupiah in _cells(by_source).items():
            cell = (str(funded.class_id), source)
            folded.move(FUNDING, event.day, cell, (sign, sign * rupiah))


FOLDINGS: Final[Foldings] = {Topic.CLASS_FUNDED: {1: _fold_funding}}
