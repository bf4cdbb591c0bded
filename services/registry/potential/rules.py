"""Leading commodities and labour demand of a regency, and what nobody offers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import InvalidError, NotFoundError
from shared.i18n import Text


class KbliScheme(StrEnum):
    """The edition of the classification of business fields (KBLI) that a code belongs to."""

    KBLI_2020 = "2020"
    KBLI_2025 = "2025"


class PotentialNotFoundError(NotFoundError):
    """Nothing has been stated of this regency for this year."""

    code = "potential-not-found"
    title = Text("Potensi daerah belum diisi.", "The potential of this regency is not stated.")


class PotentialRepeatedError(InvalidError):
    """A rank, or a trade within a division, is stated twice."""

    code = "potential-repeated"
    title = Text(
        "Peringkat komoditas atau kejuruan disebut dua kali.",
        "A rank, or a trade within a division, is stated twice.",
    )


def check_once(ranks: Sequence[int], demands: Sequence[tuple[str, str]]) -> None:
    """Refuse a rank of commodities, or a (trade, division) of demand, that stands there twice.

    Raises:
        PotentialRepeatedError
    """
    for pointer, keys in (("/commodities", ranks), ("/demands", demands)):
        seen: set[object] = set()
        for place, key in enumerate(keys):
            if key in seen:
                raise PotentialRepeatedError(pointer=f"{pointer}/{place}")
            seen.add(key)


@dataclass(frozen=True, slots=True)
class TradeBalance:
    """How many people a trade is short of around a centre, and how many facilities teach it."""

    trade: str
    demand: int
    offered_by: int


def unmet(demands: Mapping[str, int], offered: Iterable[tuple[str, int]]) -> list[TradeBalance]:
    """Return the trades that are asked for, those that nobody offers first, then by demand.

    `demands` are people asked for by trade; `offered` pairs a trade with the number of active
    facilities that teach it.
    """
    counts = dict(offered)
    balances = [
        TradeBalance(trade, people, counts.get(trade, 0)) for trade, people in demands.items()
    ]
    return sorted(balances, key=lambda each: (each.offered_by > 0, -each.demand, each.trade))
