"""SQL tables of networks and of who is in them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class Network(Base):
    """Facilities under a steward; `owner_ministry` is the ministry that keeps it, if one does."""

    __tablename__ = "network"
    __table_args__ = (Index("ix_network_steward_id", "steward_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"), unique=True)
    name: Mapped[str]
    description: Mapped[str | None]
    steward_id: Mapped[UUID] = mapped_column(ForeignKey("registry.institution.id"))
    owner_ministry: Mapped[str | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]


class NetworkMember(Base):
    """A facility in a network from `valid_from` to the last day `valid_to`."""

    __tablename__ = "network_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_network_member_facility",
        ),
        CheckConstraint("valid_to >= valid_from", name="period"),
        ExcludeConstraint(
            ("network_id", "="),
            ("facility_id", "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_network_member_same",
        ),
        Index("ix_network_member_network_id", "network_id", "id"),
        Index("ix_network_member_facility_id", "facility_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("registry.network.id"))
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime]
