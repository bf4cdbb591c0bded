"""Where a new record of a facility lies."""

from typing import Any

from services.registry.facilities.rules import FacilityClosedError
from services.registry.facilities.tables import Facility
from shared.schemas.registry import FacilityStatus


def place_columns(facility: Facility) -> dict[str, Any]:
    """Return the columns by which a record follows `facility`."""
    return {
        "facility_id": facility.id,
        "province_code": facility.province_code,
        "regency_code": facility.regency_code,
        "owner_ministry": facility.owner_ministry,
    }


def check_open(facility: Facility) -> None:
    """Refuse a new record of a facility that is closed.

    Raises:
        FacilityClosedError: when it is.
    """
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError
