"""SQL table of targets."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.agreement_targets.rules import TargetMode
from services.registry.base import Base


class AgreementTarget(Base):
    """A number that an agreement promises until a day, in the order of the document."""

    __tablename__ = "agreement_target"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        Index(
            "uq_agreement_target_indicator",
            "agreement_id",
            "indicator",
            "mode",
            "by_day",
            unique=True,
        ),
    )

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.agreement.id"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger())
    unit: Mapped[str]
    by_day: Mapped[date]
    mode: Mapped[TargetMode]
