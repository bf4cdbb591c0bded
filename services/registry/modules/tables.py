"""SQL table of modules."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class Module(Base):
    """One version of a curriculum; it never changes, so that a class keeps what it was taught."""

    __tablename__ = "module"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("hours > 0", name="hours"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"))
    version: Mapped[str] = mapped_column(String(20, collation="C"))
    title: Mapped[str]
    owner_ministry: Mapped[str]
    hours: Mapped[int]
    synthetic: Mapped[bool]
    created_at: Mapped[datetime]
