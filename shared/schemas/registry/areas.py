"""Areas, as the registry states them."""

from datetime import date, datetime
from enum import StrEnum

from shared.schemas.base import Message, Read


class AreaLevel(StrEnum):
    """The four levels of Kemendagri codes."""

    PROVINCE = "PROVINCE"
    REGENCY = "REGENCY"
    DISTRICT = "DISTRICT"
    VILLAGE = "VILLAGE"


class TimeZone(StrEnum):
    """Indonesia's three time zones. Source: Keppres 41/1987."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"


class AreaRead(Read):
    """One administrative area; `time_zone` is given from the regency down."""

    code: str
    level: AreaLevel
    name: str
    parent_code: str | None
    time_zone: TimeZone | None
    valid_from: date
    valid_to: date | None
    has_children: bool = False


class AreasImported(Message):
    """Event: an official list of areas has been loaded in full."""

    levels: dict[AreaLevel, int]
    valid_from: date
    imported_at: datetime
