"""The features of the map, built as GeoJSON by PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text

from services.registry.ogc.rules import Box, Interval
from shared.db.session import Sessions, read_alone
from shared.i18n import Text

_PLACE: Final = {
    "facility_kind": "facility.kind = :facility_kind",
    "owner_ministry": "facility.owner_ministry = :owner_ministry",
    "province_code": "facility.province_code = :province_code",
    "regency_code": "facility.regency_code = :regency_code",
    "trade": "facility.trades @> ARRAY[CAST(:trade AS text)]",
    "status": "facility.status = :status",
}


@dataclass(frozen=True, slots=True)
class MapCollection:
    """Things with a point: which rows, which properties, and what may be filtered by."""

    name: str
    title: Text
    description: Text
    table: str
    key: str
    order: str
    properties: tuple[tuple[str, str], ...]


_FACILITY: Final = (
    ("facility_kind", "facility.kind"),
    ("status", "facility.status"),
    ("owner_ministry", "facility.owner_ministry"),
    ("area_code", "facility.area_code"),
    ("province_code", "facility.province_code"),
    ("regency_code", "facility.regency_code"),
    ("time_zone", "facility.time_zone"),
    ("trades", "array_to_string(facility.trades, ',')"),
    ("synthetic", "facility.synthetic"),
)
COLLECTIONS: Final = {
    each.name: each
    for each in (
        MapCollection(
            name="facilities",
            title=Text("Balai", "Facilities"),
            description=Text(
                "Tempat pelatihan dan layanan usaha yang aktif di seluruh Indonesia.",
                "Active places that train or serve entrepreneurs, of the whole country.",
            ),
            table="registry.facility",
            key="facility.id",
            order="facility.code",
            properties=(
                ("code", "facility.code"),
                ("name", "facility.name"),
                ("form", "facility.form"),
                ("address", "facility.address"),
                *_FACILITY,
            ),
        ),
        MapCollection(
            name="spaces",
            title=Text("Ruang dan bengkel", "Rooms and workshops"),
            description=Text(
                "Ruang, bengkel dan lini produksi dari balai yang aktif.",
                "Rooms, workshops and production lines of the active facilities.",
            ),
            table="registry.space JOIN registry.facility ON facility.id = space.facility_id",
            key="space.id",
            order="space.id::text",
            properties=(
                ("name", "space.name"),
                ("kind", "space.kind"),
                ("capacity", "space.capacity"),
                ("facility_code", "facility.code"),
                ("facility_name", "facility.name"),
                *_FACILITY,
            ),
        ),
    )
}
FILTERS: Final = tuple(_PLACE)


@dataclass(frozen=True, slots=True)
class MapQuery:
    """Which features are asked for; `everything` shows those that are not active, too."""

    box: Box | None
    interval: Interval | None
    filters: Mapping[str, str]
    everything: bool


@dataclass(frozen=True, slots=True)
class MapPage:
    """Features as a JSON array, how many match in all, how many are here, and the last key."""

    features: str
    matched: int
    returned: int
    last: str | None


async def page_of_features(
    sessions: Sessions, collection: MapCollection, query: MapQuery, *, after: str | None, limit: int
) -> MapPage:
    """Return up to `limit` features that follow the key `after`."""
    conditions, parameters = _asked(query)
    if after is not None:
        parameters["after"] = after
    statement = _page(collection.name, tuple(conditions), limit, after is not None)
    row = await read_alone(sessions, statement, parameters)
    shown = min(row.found, limit)
    return MapPage(row.features, row.matched, shown, row.last if row.found > limit else None)


async def find_feature(
    sessions: Sessions, collection: MapCollection, feature_id: UUID, *, everything: bool
) -> str | None:
    """Return one feature as JSON, None when there is none of this id."""
    row = await read_alone(
        sessions,
        _one(collection.name, everything),
        {"id": feature_id},
    )
    feature: str | None = row.feature
    return feature


def _asked(query: MapQuery) -> tuple[Sequence[str], dict[str, Any]]:
    """Return the conditions of a query, constants of ours, and their parameters."""
    conditions = [] if query.everything else ["facility.status = 'ACTIVE'"]
    parameters: dict[str, Any] = dict(query.filters)
    conditions += [_PLACE[name] for name in sorted(query.filters)]
    if query.box is not None:
        box = query.box
        longitude = "longitude BETWEEN :west AND :east"
        if box.west > box.east:
            longitude = "(longitude >= :west OR longitude <= :east)"
        conditions.append(f"latitude BETWEEN :south AND :north AND {longitude}")
        parameters |= {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    if query.interval is not None:
        # A facility lasts from its registration to its closing.
        conditions.append(
            "(CAST(:until AS timestamptz) IS NULL OR facility.created_at <= :until)"
            " AND (CAST(:since AS timestamptz) IS NULL OR facility.closed_at IS NULL"
            " OR facility.closed_at >= :since)"
        )
        parameters |= {"since": query.interval.start, "until": query.interval.end}
    return conditions, parameters


def _feature(collection: MapCollection) -> str:
    properties = ", ".join(f"'{name}', {value}" for name, value in collection.properties)
    return (
        f"json_build_object('type', 'Feature', 'id', {collection.key}, 'geometry',"
        " CASE WHEN latitude IS NULL THEN NULL ELSE json_build_object('type', 'Point',"
        " 'coordinates', json_build_array(longitude, latitude)) END,"
        f" 'properties', json_build_object({properties}))"
    )


@lru_cache(maxsize=512)
def _page(name: str, conditions: tuple[str, ...], limit: int, after: bool) -> TextClause:  # noqa: FBT001 - part of a statement's shape
    collection = COLLECTIONS[name]
    where = " AND ".join(conditions) or "TRUE"
    follows = f" AND {collection.order} > :after" if after else ""
    return text(
        f"""
        SELECT
            CAST(COALESCE(json_agg(feature ORDER BY key) FILTER (WHERE place <= {limit}), '[]')
                AS text) AS features,
            count(*) AS found,
            max(key) FILTER (WHERE place = {limit}) AS last,
            (SELECT count(*) FROM {collection.table} WHERE {where}) AS matched
        FROM (
            SELECT {_feature(collection)} AS feature, {collection.order} AS key,
                row_number() OVER (ORDER BY {collection.order}) AS place
            FROM {collection.table}
            WHERE {where}{follows}
            ORDER BY {collection.order}
            LIMIT {limit + 1}
        ) AS page
        """  # noqa: S608 - put together from constants only; values are parameters
    )


@lru_cache(maxsize=16)
def _one(name: str, everything: bool) -> TextClause:  # noqa: FBT001 - part of a statement's shape
    collection = COLLECTIONS[name]
    seen = "TRUE" if everything else "facility.status = 'ACTIVE'"
    return text(
        f"""
        SELECT CAST((
            SELECT {_feature(collection)} FROM {collection.table}
            WHERE {collection.key} = :id AND {seen}
        ) AS text) AS feature
        """  # noqa: S608 - put together from constants only; values are parameters
    )
