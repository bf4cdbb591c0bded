"""Bodies of boundaries."""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict

from shared.i18n import Language
from shared.schemas.base import Message, Read


class LoadBoundaries(Message):
    """Job: read a GeoJSON of official boundaries into the table."""

    kind: ClassVar[str] = "load_boundaries"

    upload_id: UUID
    source: str
    licence: str
    language: Language = "id"


class BoundaryFeature(Read):
    """An area with its boundary."""

    type: Literal["Feature"]
    id: str
    properties: dict[str, Any]
    geometry: dict[str, Any]


class BoundaryCollection(Read):
    """The official boundaries of a level; none and not `official` where none were loaded."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "FeatureCollection",
                "official": True,
                "source": "BIG 2026",
                "licence": "CC BY 4.0",
                "loaded_at": "2026-11-22T01:00:00Z",
                "features": [
                    {
                        "type": "Feature",
                        "id": "51",
                        "properties": {"code": "51", "name": "Bali"},
                        "geometry": {
                            "type": "MultiPolygon",
                            "coordinates": [
                                [[[114.4, -8.8], [115.7, -8.8], [115.2, -8.1], [114.4, -8.8]]]
                            ],
                        },
                    }
                ],
            }
        }
    )

    type: Literal["FeatureCollection"]
    official: bool
    source: str | None
    licence: str | None
    loaded_at: datetime | None
    features: list[BoundaryFeature]
