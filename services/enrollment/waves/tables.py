"""SQL tables of waves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.waves.rules import SelectionMethod, StartRule


class Wave(Base):
    """A wave of a programme; all its classes start at one hour.

    Applications are taken from `opens_at` until before `closes_at`. The waitlist is promoted until
    `promote_until`, or, when it is null, until each class opens. Who is given a seat later than at
    the desk confirms it within `confirm_hours`; when that is null, a seat need not be confirmed.
    """

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("program_id", "code"),
        Index("ix_wave_program", "program_id", "id"),
        CheckConstraint("opens_at < closes_at", name="window"),
        CheckConstraint("(cancelled_at IS NULL) = (cancel_reason IS NULL)", name="cancelled"),
        CheckConstraint(
            "(start_rule = 'SAME_INSTANT') = (starts_at IS NOT NULL)"
            " AND (start_rule = 'SAME_LOCAL_TIME') = (starts_local IS NOT NULL)",
            name="start",
        ),
        CheckConstraint("confirm_hours > 0", name="confirm_hours"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.program.id"))
    code: Mapped[str]
    name: Mapped[str]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    start_rule: Mapped[StartRule]
    starts_at: Mapped[datetime | None]
    starts_local: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    promote_until: Mapped[datetime | None]
    synthetic: Mapped[bool]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    selection: Mapped[SelectionMethod] = mapped_column(server_default=text("'FIRST_COME'"))
    confirm_hours: Mapped[int | None]
