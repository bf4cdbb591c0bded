"""SQL table of attempts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class Attempt(Base):
    """How often one thing has been tried since `began_at`; `key` is a hash, and names nobody."""

    __tablename__ = "attempt"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int]
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
