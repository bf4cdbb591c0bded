"""SQL table of spaces."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.spaces.rules import SpaceKind


class Space(Base):
    """A room, workshop or production line; where it lies follows its facility."""

    __tablename__ = "space"
    __table_args__ = (
        UniqueConstraint("facility_id", "name"),
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_space_facility",
        ),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    name: Mapped[str]
    kind: Mapped[SpaceKind]
    capacity: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
