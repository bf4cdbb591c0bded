"""Areas, as the registry states them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

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


class AreaSuccession(Read):
    """What became of one code on one day; one that stays in a split succeeds itself too.

    `old_name` is what the area of the old code was called until then.
    """

    old_code: str
    old_name: str | None
    new_code: str
    valid_from: date


class AreasImported(Message):
    """Event: an official list of areas has been loaded in full."""

    levels: dict[AreaLevel, int]
    valid_from: date
    imported_at: datetime


class AreaDecreed(Message):
    """Event: a decree changes areas from `valid_from` on."""

    change_id: UUID
    kind: str
    valid_from: date
    from_codes: list[str]
    to_codes: list[str]


class AreasChanged(Message):
    """Event: a change of areas has come into force; `levels` counts those that hold, by level.

    `change_id` is the decree; None after a list that ends codes or holds from a later day on.
    """

    change_id: UUID | None
    levels: dict[AreaLevel, int]
    valid_from: date
    changed_at: datetime


class AreaLeftOpen(Message):
    """Event: somebody has to say in which of the candidates something stands, or where at all."""

    item_id: UUID
    facility_id: UUID | None
    institution_id: UUID | None
    old_code: str
    candidates: list[str]


class AreaSettled(Message):
    """Event: where something stands was left open by a change of areas, and is decided."""

    item_id: UUID
    facility_id: UUID | None
    institution_id: UUID | None
    old_code: str
    area_code: str | None
