"""The search for free spaces: one statement that stops when a page is full."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final

from services.registry.facilities.rules import Circle
from services.registry.pages.queries import JsonPage, PageShape, read_page
from services.registry.spaces.rules import SpaceKind
from shared.db.session import Sessions
from shared.schemas.registry import FacilityKind


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: a space for so many people, at the same hours of some days."""

    people: int
    days: Sequence[date]
    starts: time
    ends: time
    at_least: int
    area: str | None = None
    trade: str | None = None
    kinds: Sequence[SpaceKind] = field(default=())
    facility_kinds: Sequence[FacilityKind] = field(default=())
    circle: Circle | None = None


_EVERYWHERE_KM: Final = 20_100.0
_CENTER: Final = "ll_to_earth(:latitude, :longitude)"
_POINT: Final = "ll_to_earth(facility.latitude, facility.longitude)"
_DISTANCE: Final = f"CAST(round(earth_distance({_CENTER}, {_POINT})) AS integer)"
_PLACES: Final = {
    "province": "facility.province_code = :area",
    "area": "(facility.area_code = :area"
    " OR (facility.area_code >= :area || '.' AND facility.area_code < :area || '/'))",
    "trade": "facility.trades @> ARRAY[CAST(:trade AS text)]",
    "facility_kinds": "facility.kind = ANY (CAST(:facility_kinds AS text[]))",
    # The box, which the index serves, is a little larger than the circle.
    "circle": f"earth_box({_CENTER}, :meters) @> {_POINT}"
    f" AND earth_distance({_CENTER}, {_POINT}) <= :meters",
    # Spaces of the facility itself may follow: the exact comparison is made further out.
    "after": "facility.code >= :code",
    "after near": f"({_DISTANCE}, facility.code) >= (:distance_m, :code)",
}
_SPACES: Final = {
    "kinds": "space.kind = ANY (CAST(:kinds AS text[]))",
    "after": "(place.code, space.name) > (:code, :name)",
    "after near": "(place.distance_m, place.code, space.name) > (:distance_m, :code, :name)",
}
# Indonesia's clocks have stood still since 1988: the offset is the zone.
_AHEAD: Final = (
    "CASE place.time_zone WHEN 'WIB' THEN interval '7 hours'"
    " WHEN 'WITA' THEN interval '8 hours' ELSE interval '9 hours' END"
)


def _moment(day: str, at: str) -> str:
    return f"((({day} + CAST(:{at} AS time)) - {_AHEAD}) AT TIME ZONE 'UTC')"


_WINDOW: Final = f"tstzrange({_moment('wanted.day', 'starts')}, {_moment('wanted.day', 'ends')})"
# The windows all of which the facility is open. One that states no hours always is. What
# a facility states is read once, not once a day: OFFSET 0 keeps each sub-select whole.
_OPEN: Final = f"""
    SELECT array_agg({_WINDOW} ORDER BY wanted.day) AS windows, said.stated
    FROM (
        SELECT
            EXISTS (
                SELECT FROM registry.opening_hours AS hours WHERE hours.facility_id = place.id
            ) AS stated,
            ARRAY(
                SELECT closed.day FROM registry.closed_day AS closed
                WHERE closed.facility_id = place.id
                    AND closed.day BETWEEN CAST(:first AS date) AND CAST(:last AS date)
                UNION ALL
                SELECT holiday.day FROM registry.national_closed_day AS holiday
                WHERE holiday.day BETWEEN CAST(:first AS date) AND CAST(:last AS date)
            ) AS closed
        OFFSET 0
    ) AS said
    CROSS JOIN LATERAL (
        SELECT asked.day
        FROM unnest(CAST(:days AS date[])) AS asked (day)
        WHERE NOT said.stated
        UNION ALL
        SELECT asked.day
        FROM (
            SELECT hours.weekday, hours.valid_from, hours.valid_to
            FROM registry.opening_hours AS hours
            WHERE hours.facility_id = place.id
                AND hours.opens <= CAST(:starts AS time) AND hours.closes >= CAST(:ends AS time)
            OFFSET 0
        ) AS hours
        JOIN unnest(CAST(:days AS date[]), CAST(:weekdays AS integer[])) AS asked (day, weekday)
            ON asked.weekday = hours.weekday AND asked.day >= hours.valid_from
            AND (hours.valid_to IS NULL OR asked.day <= hours.valid_to)
        WHERE said.stated AND asked.day <> ALL (said.closed)
    ) AS wanted
    GROUP BY said.stated
"""  # noqa: S608 - put together from constants only
# One search of the exclusion index a space; the windows are compared with what it finds.
_FREE: Final = f"""
    SELECT array_agg(wanted.during ORDER BY wanted.during) AS windows
    FROM (
        SELECT range_agg(slot.during) AS ranges
        FROM registry.booking_slot AS slot
        WHERE slot.space_id = space.id AND slot.state IN ('APPROVED', 'USED')
            AND slot.during && tstzrange(
                {_moment("CAST(:first AS date)", "starts")},
                {_moment("CAST(:last AS date)", "ends")}
            )
    ) AS busy
    CROSS JOIN unnest(hours.windows) AS wanted (during)
    WHERE busy.ranges IS NULL OR NOT busy.ranges && wanted.during
"""  # noqa: S608 - put together from constants only
_WINDOWS: Final = """(
    SELECT json_agg(json_build_object(
        'starts_at', lower(free_at.during), 'ends_at', upper(free_at.during)
    ) ORDER BY free_at.during)
    FROM unnest(free.windows) AS free_at (during)
)"""
_MEMBERS: Final = (
    ("space_id", "space.id"),
    ("space_name", "space.name"),
    ("kind", "space.kind"),
    ("capacity", "space.capacity"),
    ("facility_id", "place.id"),
    ("facility_code", "place.code"),
    ("facility_name", "place.name"),
    ("facility_kind", "place.kind"),
    *(
        (name, f"place.{name}")
        for name in (
            "owner_ministry",
            "area_code",
            "province_code",
            "regency_code",
            "time_zone",
            "latitude",
            "longitude",
            "distance_m",
        )
    ),
    ("hours_stated", "hours.stated"),
    ("windows", _WINDOWS),
)


def page_shape(conditions: Iterable[str], limit: int) -> PageShape:
    """Return the shape of a page of free spaces, narrowed by conditions named as above.

    Facilities come in the order of their codes, around a point the nearest first, and are looked
    at one after the other until the page is full: the inner ORDER BY keeps it so.
    """
    names = sorted(conditions)
    near = "circle" in names
    places = " AND ".join(["facility.status = 'ACTIVE'", *_known(_PLACES, names)])
    table = f"""
        (
            SELECT facility.*, {_DISTANCE if near else "CAST(NULL AS integer)"} AS distance_m
            FROM registry.facility AS facility
            WHERE {places}
            ORDER BY {"distance_m, " if near else ""}facility.code
        ) AS place
        CROSS JOIN LATERAL ({_OPEN}) AS hours
        JOIN registry.space AS space ON space.facility_id = place.id
        CROSS JOIN LATERAL ({_FREE}) AS free
    """  # noqa: S608 - put together from constants only; values are parameters
    conditions = (
        "cardinality(hours.windows) >= :at_least",
        "space.closed_at IS NULL",
        "space.capacity >= :people",
        "cardinality(free.windows) >= :at_least",
        *_known(_SPACES, names),
    )
    order = ("facility_code", "space_name")
    return PageShape(
        table=table,
        members=_MEMBERS,
        conditions=conditions,
        order=("distance_m", *order) if near else order,
        limit=limit,
    )


def _known(conditions: dict[str, str], names: Iterable[str]) -> list[str]:
    return [conditions[name] for name in names if name in conditions]


def _asked(
    wish: Wish, after: Sequence[str | int | float | None] | None
) -> dict[str, dict[str, Any]]:
    """Return the conditions that a wish asks for, each with its parameters."""
    asked: dict[str, dict[str, Any]] = {}
    if wish.area is not None:
        asked["area" if "." in wish.area else "province"] = {"area": wish.area}
    if wish.trade is not None:
        asked["trade"] = {"trade": wish.trade}
    if wish.kinds:
        asked["kinds"] = {"kinds": [kind.value for kind in wish.kinds]}
    if wish.facility_kinds:
        asked["facility_kinds"] = {"facility_kinds": [kind.value for kind in wish.facility_kinds]}
    if wish.circle is not None:
        asked["circle"] = {
            "latitude": wish.circle.latitude,
            "longitude": wish.circle.longitude,
            "meters": (wish.circle.radius_km or _EVERYWHERE_KM) * 1000,
        }
    if after is not None:
        names = ("code", "name") if wish.circle is None else ("distance_m", "code", "name")
        asked["after" if wish.circle is None else "after near"] = dict(
            zip(names, after, strict=True)
        )
    return asked


async def page_of_free_spaces(
    sessions: Sessions,
    wish: Wish,
    *,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> JsonPage:
    """Return up to `limit` spaces that are open and free on enough days, as JSON."""
    asked = _asked(wish, after)
    parameters = {name: value for each in asked.values() for name, value in each.items()} | {
        "people": wish.people,
        "days": list(wish.days),
        "weekdays": [day.isoweekday() for day in wish.days],
        "first": wish.days[0],
        "last": wish.days[-1],
        "starts": wish.starts,
        "ends": wish.ends,
        "at_least": wish.at_least,
    }
    return await read_page(sessions, page_shape(asked, limit), parameters)
