"""What the pilot derives from its seed: ids, idempotency keys and random choices."""

import random
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from shared.ids import uuid7

# The time part of the ids: 25 March 2025, the day of the ministries' MoU, plus a span drawn from
# the seed. It is not the clock's, so that an interrupted pilot finds what it has made.
_FIRST_MILLISECOND: Final = 1_742_860_800_000
_MILLISECONDS_OF_A_YEAR: Final = 31_536_000_000
_RANDOM_BITS: Final = 74


@dataclass(frozen=True, slots=True)
class Seeds:
    """One pilot: the same seed and size give the same ids, keys and people, on any day."""

    seed: int
    applicants: int
    classes: int

    @property
    def label(self) -> str:
        """The pilot's name in codes, keys and file names."""
        return f"S{self.seed}-{self.applicants}-{self.classes}"

    def id_of(self, kind: str, number: int = 0) -> UUID:
        """Return the id of the `number`-th thing of a kind; ids of a kind sort by number."""
        start = _FIRST_MILLISECOND + self._draw("start", 0) % _MILLISECONDS_OF_A_YEAR
        return uuid7(
            millisecond=start + number,
            random=self._draw(kind, number) & ((1 << _RANDOM_BITS) - 1),
        )

    def key_of(self, step: str, number: int = 0) -> str:
        """Return the Idempotency-Key of the `number`-th request of a step."""
        return f"{self.label}-{step}-{number}-{self._draw(step, number) & 0xFFFFFFFF:08x}"

    def choices_of(self, kind: str, number: int = 0) -> random.Random:
        """Return a generator of choices for one thing, so that its draws depend on no other's."""
        return random.Random(self._draw(f"choices of {kind}", number))  # noqa: S311 - not a secret

    def _draw(self, kind: str, number: int) -> int:
        name = f"{self.label}/{kind}/{number}"
        return int.from_bytes(sha256(name.encode()).digest()[:16])
