"""Bodies of equipment."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.registry.equipment.rules import EquipmentCondition
from services.registry.facilities.schemas import TradeCode
from shared.i18n import Text
from shared.schemas.base import Body, Label, Read

Quantity = Annotated[int, Field(ge=1, le=100_000, description="How many alike in one condition.")]
AssetCode = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class EquipmentCreate(Body):
    """Equipment to add to a facility; `space_id` is where it stands, if it stands anywhere."""

    id: UUID | None = None
    name: Label
    trade: TradeCode | None = None
    quantity: Quantity = 1
    condition: EquipmentCondition = EquipmentCondition.GOOD
    asset_code: AssetCode | None = None
    space_id: UUID | None = None


class EquipmentChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties."""

    name: Label | None = None
    trade: TradeCode | None = None
    quantity: Quantity | None = None
    condition: EquipmentCondition | None = None
    asset_code: AssetCode | None = None
    space_id: UUID | None = None

    @model_validator(mode="after")
    def _keep_what_all_equipment_has(self) -> "EquipmentChange":
        for member in ("name", "quantity", "condition"):
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class EquipmentRead(Read):
    """Equipment of a facility."""

    id: UUID
    facility_id: UUID
    space_id: UUID | None
    name: str
    trade: str | None
    quantity: int
    condition: EquipmentCondition
    asset_code: str | None
    version: int
    updated_at: datetime
