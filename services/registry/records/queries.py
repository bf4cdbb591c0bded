"""What the lists of facilities' records are narrowed by."""

from sqlalchemy import ColumnElement

from services.registry.records.tables import FacilityRecord


def in_region(table: type[FacilityRecord], region: str) -> ColumnElement[bool]:
    """Return the condition that a record lies in a province (`33`) or a regency (`33.73`)."""
    return table.regency_code == region if "." in region else table.province_code == region
