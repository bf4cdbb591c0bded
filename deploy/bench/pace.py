"""How much is measured, for how long, and when one slice may follow another."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deploy.audit.databases import DATABASES, snapshots_of
from deploy.audit.quiet import logs_behind
from deploy.bench.field import plain
from deploy.bench.fold import BATCH
from deploy.bench.registry_field import Extent
from deploy.bench.stack import BenchError

_QUIET_WITHIN_S: Final = 60.0
_QUIET_POLL_S: Final = 0.2


class Scale(StrEnum):
    """Whether bars are measured, or only that measuring works."""

    FULL = "full"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Fold:
    """How many events a round folds one by one, and how many batches of a thousand."""

    single: int
    batches: int

    @property
    def number(self) -> int:
        """How many events that are."""
        return self.single + self.batches * BATCH


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands when it is measured: people to find, and enrollments, many and few.

    `certified` get a certificate at once, `opened` classes open at once.
    """

    people: int
    many: int
    few: int
    certified: int
    opened: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many enrollments reporting has heard of when it is measured, and how many after that."""

    few: int
    many: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Slices are short and take turns: only what ran side by side may be divided by one another.

    `extent` is what stands in the registry, `searches` how many of each kind are a round.
    Files of people have `people_rows` rows, and once `people_most`.
    """

    rounds: int
    slice_s: int
    lag_s: int
    extent: Extent
    searches: int
    import_rows: int
    people_rows: int
    people_most: int
    fold: Fold
    standing: Standing
    ledger: Ledger


def pace_of(scale: Scale, rounds: int) -> Pace:
    """Return the pace at which `scale` is measured."""
    if scale is Scale.SMALL:
        return Pace(
            rounds,
            1,
            2,
            Extent(200, 4_000),
            searches=20,
            import_rows=100,
            people_rows=2_000,
            people_most=6_000,
            fold=Fold(single=50, batches=1),
            standing=Standing(20_000, many=10_000, few=1_000, certified=20, opened=20),
            ledger=Ledger(few=5_000, many=20_000),
        )
    return Pace(
        rounds,
        4,
        10,
        Extent(5_000, 500_000),
        searches=240,
        import_rows=5_000,
        people_rows=100_000,
        people_most=1_000_000,
        fold=Fold(single=400, batches=8),
        standing=Standing(1_000_000, many=1_000_000, few=10_000, certified=1_000, opened=625),
        ledger=Ledger(few=1_000_000, many=5_000_000),
    )


async def until_quiet(variables: dict[str, str], *, within_s: float = _QUIET_WITHIN_S) -> None:
    """Wait until the figures have followed, so that no slice pays for the one before.

    Raises:
        BenchError: when they have not after `within_s` seconds.
    """
    urls = {name: plain(variables[f"{name.upper()}_DATABASE_URL"]) for name in DATABASES}
    for _ in range(int(within_s / _QUIET_POLL_S)):
        async with snapshots_of(urls) as snapshots:
            if not await logs_behind(snapshots):
                return
        await asyncio.sleep(_QUIET_POLL_S)
    raise BenchError(f"The figures did not follow within {within_s:.0f} seconds.")
