"""Bodies of local potential."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.potential.rules import KbliScheme
from shared.schemas.base import Body, Label, Read

Division = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}$"),
    Field(description="Division (golongan pokok) of KBLI, two digits: 10 is food."),
]
Trade = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,39}$"),
    Field(description="Vocational field (kejuruan): GARMENT, WELDING, ICT, BAKERY."),
]


class Commodity(Body):
    """A commodity that the regency leads in."""

    rank: int = Field(ge=1, le=100)
    name: Label
    scheme: KbliScheme
    division: Division


class Demand(Body):
    """How many people with a trade a division asks for in the year."""

    trade: Trade
    scheme: KbliScheme
    division: Division
    people: int = Field(ge=1, le=10_000_000)


class PotentialStated(Body):
    """All that is stated of a regency for a year; it replaces what was stated before."""

    source: Label
    source_url: Annotated[str | None, StringConstraints(max_length=500, pattern=r"^https?://")] = (
        None
    )
    commodities: list[Commodity] = Field(default_factory=list, max_length=100)
    demands: list[Demand] = Field(default_factory=list, max_length=500)


class CommodityRead(Read):
    """A commodity that a regency leads in."""

    rank: int
    name: str
    scheme: KbliScheme
    division: str


class DemandRead(Read):
    """How many people with a trade a division asks for."""

    trade: str
    scheme: KbliScheme
    division: str
    people: int


class PotentialRead(Read):
    """What is stated of a regency for a year."""

    id: UUID
    regency_code: str
    province_code: str
    year: int
    source: str
    source_url: str | None
    version: int
    updated_at: datetime
    commodities: list[CommodityRead]
    demands: list[DemandRead]


class TradeBalanceRead(Read):
    """How many people of a trade are asked for, and how many facilities around teach it."""

    trade: str
    demand: int
    offered_by: int


class UnmetTradesRead(Read):
    """What the surroundings of a centre ask for; trades that nobody offers come first.

    The surroundings are its regency and, with a radius, the regencies of all facilities within
    it. Of each regency the latest year that is stated counts; of one of which nothing is, that of
    the regencies that became it by a decree.
    """

    facility_id: UUID
    regencies: list[str]
    years: list[int]
    unmet: list[TradeBalanceRead]
    met: list[TradeBalanceRead]
