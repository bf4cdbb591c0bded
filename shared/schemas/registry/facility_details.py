"""What belongs to a facility, as the registry states it; nothing of it names a person."""

from uuid import UUID

from shared.schemas.base import Message


class ContactsChanged(Message):
    """Event: a facility's contacts are others now; who they are stays in the registry."""

    facility_id: UUID


class EquipmentStock(Message):
    """What equipment counts as: so many, for a trade, in a condition."""

    trade: str | None
    quantity: int
    condition: str


class EquipmentChanged(Message):
    """Event: a facility has equipment, has it otherwise, or no longer; counts -before, +after."""

    facility_id: UUID
    equipment_id: UUID
    before: EquipmentStock | None
    after: EquipmentStock | None


class ShiftsChanged(Message):
    """Event: a facility takes so many in a shift; `capacity` is null when the shift is gone."""

    facility_id: UUID
    shift_id: UUID
    name: str
    capacity: int | None


class FacilityCodeChanged(Message):
    """Event: a facility has another code in a scheme from now on, or none when it is null."""

    facility_id: UUID
    scheme: str
    code: str | None
