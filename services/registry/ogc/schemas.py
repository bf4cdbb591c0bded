"""Bodies of the map face, as OGC API - Features part 1 (17-069r4) has them."""

from typing import Any, Literal

from pydantic import Field

from shared.schemas.base import Read


class Link(Read):
    """An address, what it is to this page, and what comes back from it."""

    href: str
    rel: str
    type: str
    title: str


class Landing(Read):
    """Where a map client begins."""

    title: str
    description: str
    attribution: str
    links: list[Link]


class Conformance(Read):
    """The requirements that this face meets."""

    conformsTo: list[str]  # noqa: N815 - the standard's name


class Spatial(Read):
    """Where the features of a collection lie, in degrees."""

    bbox: list[list[float]]
    crs: str


class Extent(Read):
    """Where the features of a collection lie."""

    spatial: Spatial


class Collection(Read):
    """Features of one kind."""

    id: str
    title: str
    description: str
    itemType: Literal["feature"] = "feature"  # noqa: N815 - the standard's name
    extent: Extent
    crs: list[str]
    links: list[Link]


class Collections(Read):
    """All collections."""

    links: list[Link]
    collections: list[Collection]


class Point(Read):
    """A position: longitude, then latitude."""

    type: Literal["Point"]
    coordinates: list[float] = Field(min_length=2, max_length=2)


class Feature(Read):
    """One thing on the map."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: dict[str, Any]


class FeatureRead(Feature):
    """One thing on the map, with the addresses that lead on."""

    links: list[Link]


class FeatureCollection(Read):
    """A page of features (RFC 7946), with the standard's counts and links."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    links: list[Link]
    timeStamp: str  # noqa: N815 - the standard's name
    numberMatched: int  # noqa: N815 - the standard's name
    numberReturned: int  # noqa: N815 - the standard's name
