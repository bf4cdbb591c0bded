"""Columns by which the record of a facility lies where its facility lies."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped

_COLUMNS = ("facility_id", "province_code", "regency_code", "owner_ministry")
_KEY = ("id", "province_code", "regency_code", "owner_ministry")


class FacilityRecord:
    """The columns that a scope is held against; they follow the facility when it moves."""

    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]


def follows_facility(table: str) -> ForeignKeyConstraint:
    """Return the foreign key by which the records in `table` follow their facility."""
    return ForeignKeyConstraint(
        _COLUMNS,
        [f"registry.facility.{name}" for name in _KEY],
        onupdate="CASCADE",
        name=f"fk_{table}_facility",
    )
