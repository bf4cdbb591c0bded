"""The figures of use, counted from the slots in one statement; they are nation-wide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.utilisation.rules import Cut, Months

_KEYS: Final = {
    Cut.SPACE: "CAST(space.id AS text)",
    Cut.FACILITY: "CAST(facility.id AS text)",
    Cut.REGENCY: "facility.regency_code",
    Cut.PROVINCE: "facility.province_code",
}
_FILTERS: Final = {
    "facility": "facility.id = :facility_id",
    "province": "facility.province_code = :area",
    "area": "(facility.area_code = :area"
    " OR (facility.area_code >= :area || '.' AND facility.area_code < :area || '/'))",
}
# Indonesia's clocks have stood still since 1988: the offset is the zone.
_AHEAD: Final = (
    "CASE facility.time_zone WHEN 'WIB' THEN interval '7 hours'"
    " WHEN 'WITA' THEN interval '8 hours' ELSE interval '9 hours' END"
)
_NO_FILTER: Final = "TRUE"


# The spaces of places, when these are open, what closures take of that, and what is booked of it in
# the months of `wanted`. A slot lasts 31 days at most, which bounds the search of the index over
# their beginnings.
_HOURS: Final = """
place AS MATERIALIZED (
    SELECT space.id, {key} AS key, space.facility_id, space.owner_ministry,
        space.closed_at, facility.province_code, facility.regency_code,
        {ahead} AS ahead,
        EXISTS (
            SELECT FROM registry.opening_hours AS hours
            WHERE hours.facility_id = facility.id
        ) AS stated
    FROM registry.space AS space
    JOIN registry.facility AS facility ON facility.id = space.facility_id
    WHERE {where} AND {key} IN (SELECT wanted.key FROM wanted)
), said AS (
    SELECT site.facility_id, spoken.first, site.ahead, d.at + hours.opens AS opens,
        d.at + hours.closes AS closes
    FROM (SELECT DISTINCT facility_id, ahead FROM place WHERE stated) AS site
    CROSS JOIN (SELECT DISTINCT first, next FROM wanted) AS spoken
    CROSS JOIN generate_series(CAST(spoken.first AS timestamp),
        spoken.next - interval '1 day', interval '1 day') AS d (at)
    JOIN registry.opening_hours AS hours ON hours.facility_id = site.facility_id
        AND hours.weekday = extract(isodow FROM d.at) AND hours.valid_from <= d.at
        AND (hours.valid_to IS NULL OR hours.valid_to >= d.at)
    LEFT JOIN registry.closed_day AS closed
        ON closed.facility_id = site.facility_id AND closed.day = CAST(d.at AS date)
    LEFT JOIN registry.national_closed_day AS holiday ON holiday.day = CAST(d.at AS date)
    WHERE closed.day IS NULL AND holiday.day IS NULL
), open AS (
    SELECT facility_id, first, sum(extract(epoch FROM closes - opens)) AS seconds
    FROM said GROUP BY facility_id, first
), lost AS (
    SELECT shut.id, said.first, sum(extract(epoch FROM upper(part) - lower(part)))
        AS seconds
    FROM (
        SELECT place.id, place.facility_id, range_agg(gone.during) AS ranges
        FROM (
            SELECT closed.id AS space_id, tstzrange(closed.closed_at, NULL) AS during
            FROM place AS closed WHERE closed.closed_at IS NOT NULL
            UNION ALL
            SELECT slot.space_id, slot.during FROM registry.booking_slot AS slot
            WHERE slot.purpose = 'CLOSURE' AND slot.state = 'APPROVED'
        ) AS gone
        JOIN place ON place.id = gone.space_id AND place.stated
        GROUP BY place.id, place.facility_id
    ) AS shut
    JOIN said ON said.facility_id = shut.facility_id
    CROSS JOIN LATERAL unnest(shut.ranges * tstzmultirange(tstzrange(
        (said.opens - said.ahead) AT TIME ZONE 'UTC',
        (said.closes - said.ahead) AT TIME ZONE 'UTC'
    ))) AS part
    GROUP BY shut.id, said.first
), taken AS (
    SELECT place.id, spoken.first, slot.co_ministry, slot.purpose,
        sum(extract(epoch FROM upper(part.during) - lower(part.during))) AS booked,
        sum(extract(epoch FROM upper(part.during) - lower(part.during)))
            FILTER (WHERE slot.state = 'USED') AS used
    FROM registry.booking_slot AS slot
    JOIN place ON place.id = slot.space_id
    CROSS JOIN (SELECT DISTINCT first, next FROM wanted) AS spoken
    CROSS JOIN LATERAL (
        SELECT slot.during * tstzrange((spoken.first - place.ahead) AT TIME ZONE 'UTC',
            (spoken.next - place.ahead) AT TIME ZONE 'UTC') AS during
    ) AS part
    WHERE slot.state IN ('APPROVED', 'USED') AND slot.purpose <> 'CLOSURE'
        AND lower(slot.during) > CAST(:first AS date) - interval '33 days'
        AND lower(slot.during) < CAST(:last AS date) + interval '32 days'
        AND NOT isempty(part.during)
    GROUP BY place.id, spoken.first, slot.co_ministry, slot.purpose
)"""

# One row a place and month, in the order of both. The places and months of the page are chosen
# first, then only their days and slots are read; of one place more than of rows, since the months
# of the first may all have been shown.
_SQL: Final = """
WITH month AS (
    SELECT CAST(m AS date) AS first, CAST(m + interval '1 month' AS date) AS next
    FROM generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp),
        interval '1 month') AS m
), wanted AS (
    SELECT chosen.key, month.first, month.next
    FROM (
        SELECT DISTINCT {key} AS key
        FROM registry.space AS space
        JOIN registry.facility AS facility ON facility.id = space.facility_id
        WHERE {where} AND {key} >= :after_key
        ORDER BY key LIMIT :limit + 1
    ) AS chosen
    CROSS JOIN month
    WHERE (chosen.key, month.first) > (:after_key, CAST(:after_month AS date))
    ORDER BY chosen.key, month.first LIMIT :limit
), {hours}, use AS (
    SELECT place.key, taken.first, taken.co_ministry <> place.owner_ministry AS idle,
        taken.co_ministry, sum(taken.booked) AS booked,
        coalesce(sum(taken.used), 0) AS used,
        coalesce(sum(taken.used) FILTER (WHERE place.stated), 0) AS of_stated
    FROM taken JOIN place ON place.id = taken.id
    GROUP BY place.key, taken.first, idle, taken.co_ministry
), used AS (
    SELECT key, first, sum(booked) AS booked, sum(used) AS used,
        sum(of_stated) AS of_stated,
        coalesce(sum(used) FILTER (WHERE idle), 0) AS idle,
        json_object_agg(co_ministry, round(used / 3600, 2))
            FILTER (WHERE idle AND used > 0) AS by_ministry
    FROM use GROUP BY key, first
), room AS (
    SELECT place.key, wanted.first, min(place.province_code) AS province_code,
        min(place.regency_code) AS regency_code, count(*) AS spaces,
        count(*) FILTER (WHERE NOT place.stated) AS unstated,
        min(CAST(place.facility_id AS text)) AS facility_id,
        sum(coalesce(open.seconds, 0) - coalesce(lost.seconds, 0))
            FILTER (WHERE place.stated) AS seconds
    FROM wanted
    JOIN place ON place.key = wanted.key
    LEFT JOIN open ON open.facility_id = place.facility_id AND open.first = wanted.first
    LEFT JOIN lost ON lost.id = place.id AND lost.first = wanted.first
    GROUP BY place.key, wanted.first
)
SELECT room.key, room.first, room.province_code, room.regency_code, room.facility_id,
    room.spaces, room.unstated, round(room.seconds / 3600, 2) AS hours_open,
    round(coalesce(used.booked, 0) / 3600, 2) AS hours_booked,
    round(coalesce(used.used, 0) / 3600, 2) AS hours_used,
    round(coalesce(used.of_stated, 0) / nullif(room.seconds, 0), 4) AS rate,
    round(coalesce(used.idle, 0) / 3600, 2) AS idle_hours_used, used.by_ministry
FROM room LEFT JOIN used ON used.key = room.key AND used.first = room.first
ORDER BY room.key, room.first
"""


def hours_of(*, key: str, where: str) -> str:
    """Return the CTEs `place`, `said`, `open`, `lost` and `taken` of the spaces `where`, by `key`.

    Both are constants; what they stand in names the months in `wanted`, from `:first` to `:last`.
    """
    return _HOURS.format(key=key, where=where, ahead=_AHEAD)


@lru_cache(maxsize=64)
def _statement(cut: Cut, filters: tuple[str, ...]) -> TextClause:
    """Return the statement of a page, made once a shape, of constants only."""
    where = " AND ".join(_FILTERS[name] for name in filters) or _NO_FILTER
    hours = hours_of(key=_KEYS[cut], where=where)
    return text(_SQL.format(key=_KEYS[cut], where=where, hours=hours))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures are asked for; `area` is any area code."""

    cut: Cut
    months: Months
    facility_id: UUID | None = None
    area: str | None = None


async def utilisation(
    session: AsyncSession, asked: Asked, *, after: tuple[str, date] | None, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return up to `limit` rows that follow `after`: one a place and month, in their order."""
    key, month = after or ("", date.min)
    parameters: dict[str, Any] = {
        "first": asked.months.first,
        "last": asked.months.last,
        "after_key": key,
        "after_month": month,
        "limit": limit,
    }
    filters = []
    if asked.facility_id is not None:
        filters.append("facility")
        parameters["facility_id"] = asked.facility_id
    if asked.area is not None:
        filters.append("area" if "." in asked.area else "province")
        parameters["area"] = asked.area
    statement = _statement(asked.cut, tuple(filters))
    return (await session.execute(statement, parameters)).all()
