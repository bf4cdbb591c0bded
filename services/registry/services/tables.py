"""SQL table of services."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.services.rules import ServiceKind


class ServiceOffer(Base):
    """What a facility does for a business; `price` in rupiah for one `unit`, 0 when it is free.

    Without a price it is agreed upon each time. `ended_on` is the last day on which it is offered.
    """

    __tablename__ = "service_offer"
    __table_args__ = (
        UniqueConstraint("facility_id", "code"),
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_service_offer_facility",
        ),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("capacity_per_month > 0", name="capacity"),
        CheckConstraint("ended_on >= offered_from", name="period"),
        Index("ix_service_offer_facility_id_id", "facility_id", "id"),
        Index("ix_service_offer_kind_id", "kind", "id"),
        Index("ix_service_offer_province_code_id", "province_code", "id"),
        Index("ix_service_offer_regency_code_id", "regency_code", "id"),
        Index(
            "ix_service_offer_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    code: Mapped[str] = mapped_column(String(40, collation="C"))
    kind: Mapped[ServiceKind]
    name: Mapped[str]
    description: Mapped[str | None]
    unit: Mapped[str]
    price: Mapped[int | None] = mapped_column(BigInteger)
    capacity_per_month: Mapped[int | None]
    customers: Mapped[list[str]]
    offered_from: Mapped[date]
    ended_on: Mapped[date | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
