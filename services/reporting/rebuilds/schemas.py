"""Bodies of rebuilds."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.reporting.folding.rules import Source
from shared.schemas.base import Body


class RebuildCreate(Body):
    """Which sources to fold anew, and whether the result replaces the live figures."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"sources": ["enrollment"], "swap": False}}
    )

    sources: list[Source] = Field(default=list(Source), min_length=1, max_length=len(Source))
    swap: bool = False


class RebuildOrder(RebuildCreate):
    """A rebuild as the job keeps it; `night` is that of a recount that nobody asked for."""

    night: date | None = None


class SweepOrder(BaseModel):
    """Job: delete the figures of one generation, which is not live."""

    source: Source
    generation: int
