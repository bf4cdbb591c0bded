"""SQL table of logins of operators."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class OperatorLogin(Base):
    """A login that has come as operator of a facility; `holder` stands for it."""

    __tablename__ = "operator_login"
    __table_args__ = (CheckConstraint("first_seen_at <= last_seen_at", name="seen"),)

    facility_id: Mapped[UUID] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(primary_key=True)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
