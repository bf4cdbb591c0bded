"""Bodies of coverage."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Body, Read
from shared.schemas.registry import FacilityKind, FacilityStatus


class CoverageAdd(Body):
    """Facilities that an agreement covers from a day on; without `valid_to` as long as it holds."""

    facility_ids: Annotated[list[UUID], Field(min_length=1, max_length=1_000)]
    valid_from: date
    valid_to: date | None = None


class CoverageEnd(Body):
    """`last_day` is the last day on which the facility is covered."""

    last_day: date


class CoverageRead(Read):
    """A facility that an agreement covers; `valid_to` is the last day."""

    facility_id: UUID
    facility_code: str
    facility_name: str
    valid_from: date
    valid_to: date | None


class CoverageAdded(Read):
    """How many facilities were added to an agreement."""

    agreement_id: UUID
    facilities: int
    valid_from: date
    valid_to: date | None


class UncoveredFacility(Read):
    """A facility that no agreement in force covers."""

    id: UUID
    code: str
    name: str
    kind: FacilityKind
    owner_ministry: str
    area_code: str
    status: FacilityStatus
