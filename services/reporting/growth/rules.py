"""What a newer version has to catch up with, stated without a database."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Growth:
    """What the ledger of a source lacks: topics it never kept, tables it was never folded into."""

    topics: frozenset[str]
    refold: bool

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to catch up with."""
        return not self.topics and not self.refold


def growth_of(
    *, kept: Iterable[str], known: Iterable[str], layout: str | None, present: str
) -> Growth:
    """Return what is missing: `kept` topics and `layout` are the ledger's, the others ours."""
    return Growth(frozenset(known) - frozenset(kept), layout != present)
