"""Bodies of what institutions are to facilities."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.registry.facility_roles.rules import FacilityRole
from shared.schemas.base import Body, Read


class RoleCreate(Body):
    """An institution's role at a facility; a hiring partner says how many it hires by when."""

    id: UUID | None = None
    institution_id: UUID
    role: FacilityRole
    valid_from: date
    valid_to: date | None = Field(default=None, description="The last day; open when left out.")
    hires: int | None = Field(default=None, ge=1, le=1_000_000)
    hires_by: date | None = None


class RoleEnd(Body):
    """The last day of a role."""

    valid_to: date


class RoleRead(Read):
    """What an institution is to a facility."""

    id: UUID
    facility_id: UUID
    province_code: str
    regency_code: str
    institution_id: UUID
    institution_name: str
    role: FacilityRole
    valid_from: date
    valid_to: date | None
    hires: int | None
    hires_by: date | None
    version: int
    created_at: datetime
