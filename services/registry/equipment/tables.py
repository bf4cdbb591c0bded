"""SQL table of equipment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.equipment.rules import EquipmentCondition
from services.registry.facilities.tables import OfFacility, follows_facility


class Equipment(OfFacility, Base):
    """So many alike in one condition; `asset_code` is that of the owner's own asset register."""

    __tablename__ = "equipment"
    __table_args__ = (
        follows_facility("fk_equipment_facility"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_equipment_facility_id_name_id", "facility_id", "name", "id"),
        Index("ix_equipment_space_id", "space_id"),
        Index(
            "ix_equipment_asset_code",
            "asset_code",
            postgresql_where=text("asset_code IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    space_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.space.id"))
    name: Mapped[str]
    trade: Mapped[str | None]
    quantity: Mapped[int]
    condition: Mapped[EquipmentCondition]
    asset_code: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
