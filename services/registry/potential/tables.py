"""SQL tables of local potential."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.potential.rules import KbliScheme

_PARENT = (
    ["regency_code", "year"],
    ["registry.regency_potential.regency_code", "registry.regency_potential.year"],
)


class RegencyPotential(Base):
    """What is stated of a regency for a year, and by which source."""

    __tablename__ = "regency_potential"
    __table_args__ = (
        Index("ix_regency_potential_province_code", "province_code", "regency_code", "year"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
    )

    regency_code: Mapped[str] = mapped_column(String(5, collation="C"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    province_code: Mapped[str]
    source: Mapped[str]
    source_url: Mapped[str | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    id: Mapped[UUID]


class LeadingCommodity(Base):
    """A commodity that a regency leads in; rank 1 is the first. `division` is of KBLI."""

    __tablename__ = "leading_commodity"
    __table_args__ = (
        ForeignKeyConstraint(*_PARENT, ondelete="CASCADE", name="fk_leading_commodity_potential"),
        CheckConstraint("rank > 0", name="rank"),
    )

    regency_code: Mapped[str] = mapped_column(String(5, collation="C"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    scheme: Mapped[KbliScheme] = mapped_column(
        Enum(
            KbliScheme,
            name="commodityscheme",
            native_enum=False,
            create_constraint=True,
            values_callable=lambda enum: [member.value for member in enum],
            length=40,
        )
    )
    division: Mapped[str] = mapped_column(String(2))


class LabourDemand(Base):
    """How many people with a trade a division of a regency's economy asks for in a year."""

    __tablename__ = "labour_demand"
    __table_args__ = (
        ForeignKeyConstraint(*_PARENT, ondelete="CASCADE", name="fk_labour_demand_potential"),
        CheckConstraint("people > 0", name="people"),
        Index("ix_labour_demand_trade", "trade", "regency_code", "year"),
    )

    regency_code: Mapped[str] = mapped_column(String(5, collation="C"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    trade: Mapped[str] = mapped_column(String(40, collation="C"), primary_key=True)
    division: Mapped[str] = mapped_column(String(2), primary_key=True)
    scheme: Mapped[KbliScheme] = mapped_column(
        Enum(
            KbliScheme,
            name="demandscheme",
            native_enum=False,
            create_constraint=True,
            values_callable=lambda enum: [member.value for member in enum],
            length=40,
        )
    )
    people: Mapped[int]
