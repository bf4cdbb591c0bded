"""Reads of local potential; it is nation-wide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facilities.tables import Facility
from services.registry.potential.rules import PotentialNotFoundError, unmet
from services.registry.potential.schemas import (
    CommodityRead,
    DemandRead,
    PotentialRead,
    TradeBalanceRead,
    UnmetTradesRead,
)
from services.registry.potential.tables import LabourDemand, LeadingCommodity, RegencyPotential

_FACTS: Final = tuple(
    name for name in PotentialRead.model_fields if name not in ("commodities", "demands")
)
# The regencies around a centre: its own, and those of all facilities within the circle.
_AROUND: Final = text(
    """
    SELECT DISTINCT regency_code FROM registry.facility
    WHERE id = :facility_id OR (
        CAST(:meters AS float8) IS NOT NULL
        AND earth_box(ll_to_earth(:latitude, :longitude), :meters)
            @> ll_to_earth(latitude, longitude)
        AND earth_distance(
            ll_to_earth(:latitude, :longitude), ll_to_earth(latitude, longitude)
        ) <= :meters
    )
    """
)
# A regency of which nothing is stated yet is told by what was stated of those that became it.
_DEMANDED: Final = text(
    """
    WITH told AS (
        SELECT code AS regency_code FROM unnest(CAST(:regencies AS text[])) AS code
        UNION
        SELECT link.old_code FROM unnest(CAST(:regencies AS text[])) AS code
        JOIN registry.area_successor AS link
            ON link.new_code = code AND link.valid_from <= :today
        WHERE NOT EXISTS (
            SELECT FROM registry.regency_potential AS own WHERE own.regency_code = code
        )
    )
    SELECT demand.trade, sum(demand.people) AS people,
        array_agg(DISTINCT demand.year) AS years
    FROM registry.labour_demand AS demand
    JOIN (
        SELECT regency_code, max(year) AS year
        FROM registry.regency_potential JOIN told USING (regency_code)
        GROUP BY regency_code
    ) AS latest USING (regency_code, year)
    GROUP BY demand.trade
    """
)
_OFFERED: Final = text(
    """
    SELECT trade, count(*) AS facilities
    FROM registry.facility, unnest(trades) AS trade
    WHERE status = 'ACTIVE' AND regency_code = ANY (CAST(:regencies AS text[]))
    GROUP BY trade
    """
)


@dataclass(frozen=True, slots=True)
class PotentialFilter:
    """What a list is narrowed to; `area` is a province or a regency."""

    area: str | None = None
    year: int | None = None
    trade: str | None = None
    division: str | None = None


async def list_potential(
    session: AsyncSession, wanted: PotentialFilter, *, after: tuple[str, int] | None, limit: int
) -> Sequence[PotentialRead]:
    """Return up to `limit` statements that follow (regency, year) `after`."""
    table = RegencyPotential
    key = tuple_(table.regency_code, table.year)
    statement = select(table).order_by(table.regency_code, table.year).limit(limit)
    if wanted.area is not None:
        column = table.regency_code if "." in wanted.area else table.province_code
        statement = statement.where(column == wanted.area)
    if wanted.year is not None:
        statement = statement.where(table.year == wanted.year)
    if wanted.trade is not None:
        asked = select(LabourDemand.regency_code, LabourDemand.year).where(
            LabourDemand.trade == wanted.trade
        )
        statement = statement.where(key.in_(asked))
    if wanted.division is not None:
        statement = statement.where(_of_division(wanted.division))
    if after is not None:
        statement = statement.where(key > tuple_(literal(after[0]), literal(after[1])))
    return await _whole(session, (await session.scalars(statement)).all())


def _of_division(division: str) -> ColumnElement[bool]:
    key = tuple_(RegencyPotential.regency_code, RegencyPotential.year)
    return or_(
        *(
            key.in_(select(table.regency_code, table.year).where(table.division == division))
            for table in (LeadingCommodity, LabourDemand)
        )
    )


async def _whole(
    session: AsyncSession, rows: Sequence[RegencyPotential]
) -> Sequence[PotentialRead]:
    """Return statements with what belongs to them, in two more reads whatever their number."""
    keys = [(row.regency_code, row.year) for row in rows]
    commodities: dict[tuple[str, int], list[CommodityRead]] = {key: [] for key in keys}
    demands: dict[tuple[str, int], list[DemandRead]] = {key: [] for key in keys}
    if keys:
        of = tuple_(LeadingCommodity.regency_code, LeadingCommodity.year).in_(keys)
        statement = select(LeadingCommodity).where(of).order_by(LeadingCommodity.rank)
        for commodity in await session.scalars(statement):
            read = CommodityRead.model_validate(commodity)
            commodities[commodity.regency_code, commodity.year].append(read)
        of = tuple_(LabourDemand.regency_code, LabourDemand.year).in_(keys)
        order = (LabourDemand.trade, LabourDemand.division)
        for demand in await session.scalars(select(LabourDemand).where(of).order_by(*order)):
            demands[demand.regency_code, demand.year].append(DemandRead.model_validate(demand))
    return [
        PotentialRead(
            **{name: getattr(row, name) for name in _FACTS},
            commodities=commodities[row.regency_code, row.year],
            demands=demands[row.regency_code, row.year],
        )
        for row in rows
    ]


async def get_potential(session: AsyncSession, regency_code: str, year: int) -> PotentialRead:
    """Return what is stated of a regency for a year.

    Raises:
        PotentialNotFoundError: when nothing is.
    """
    row = await session.get(RegencyPotential, (regency_code, year), populate_existing=True)
    if row is None:
        raise PotentialNotFoundError
    return (await _whole(session, [row]))[0]


async def find_potential_for_change(
    session: AsyncSession, regency_code: str, year: int
) -> RegencyPotential | None:
    """Return what is stated of a regency for a year, locked; None when nothing is."""
    statement = (
        select(RegencyPotential)
        .where(and_(RegencyPotential.regency_code == regency_code, RegencyPotential.year == year))
        .with_for_update()
    )
    return (await session.scalars(statement)).one_or_none()


async def unmet_trades(
    session: AsyncSession, facility: Facility, *, radius_km: float | None, today: date
) -> UnmetTradesRead:
    """Return which trades the surroundings of a centre ask for, and who teaches them.

    Without a point, a radius adds nothing to the centre's own regency.
    """
    around = {
        "facility_id": facility.id,
        "latitude": facility.latitude,
        "longitude": facility.longitude,
        "meters": None if radius_km is None or facility.latitude is None else radius_km * 1000,
    }
    regencies = sorted((await session.scalars(_AROUND, around)).all())
    asked = (await session.execute(_DEMANDED, {"regencies": regencies, "today": today})).all()
    offered = (await session.execute(_OFFERED, {"regencies": regencies})).all()
    balances = unmet(
        {row.trade: row.people for row in asked}, [(row.trade, row.facilities) for row in offered]
    )
    reads = [TradeBalanceRead.model_validate(balance) for balance in balances]
    return UnmetTradesRead(
        facility_id=UUID(str(facility.id)),
        regencies=regencies,
        years=sorted({year for row in asked for year in row.years}),
        unmet=[read for read in reads if read.offered_by == 0],
        met=[read for read in reads if read.offered_by > 0],
    )
