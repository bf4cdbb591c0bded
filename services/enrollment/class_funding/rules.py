"""Where the money of a class comes from, stated without a database."""

from collections.abc import Iterable
from enum import StrEnum


class FundingSource(StrEnum):
    """State budget, regional budget, company responsibility, public service agency, and others."""

    APBN = "APBN"
    APBD = "APBD"
    BLU = "BLU"
    CSR = "CSR"
    VILLAGE_FUND = "VILLAGE_FUND"
    FOUNDATION = "FOUNDATION"
    GRANT = "GRANT"
    SELF = "SELF"
    OTHER = "OTHER"


def shares(amounts: Iterable[int]) -> list[float]:
    """Return which part of the whole each amount is, in percent to two places."""
    given = list(amounts)
    whole = sum(given)
    return [round(100 * each / whole, 2) for each in given]
