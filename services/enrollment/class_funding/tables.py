"""SQL table of funding."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.class_funding.rules import FundingSource


class ClassFunding(Base):
    """One source of the money of a class; `funder_id` is an institution of the registry."""

    __tablename__ = "class_funding"
    __table_args__ = (CheckConstraint("amount_rupiah > 0", name="amount"),)

    class_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.class.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[FundingSource]
    budget_code: Mapped[str]
    amount_rupiah: Mapped[int] = mapped_column(BigInteger)
    funder_id: Mapped[UUID | None]
    funder_name: Mapped[str]
