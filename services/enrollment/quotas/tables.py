"""SQL tables of quotas."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.quotas.rules import QuotaDimension, QuotaKind


class WaveQuota(Base):
    """How many seats of a wave go to people of one kind: at most, or at least until `release_at`.

    `value` is what the members have in common: a home province, a sex, an entrant kind, or true or
    false for a disability. `taken` counts the members who hold a seat in any class of the wave; it
    is written by whoever has locked this row, after the rows of the classes.
    """

    __tablename__ = "wave_quota"
    __table_args__ = (
        UniqueConstraint("wave_id", "dimension", "value", "kind"),
        CheckConstraint("seats >= 0 AND taken >= 0", name="counts"),
        CheckConstraint("(kind = 'AT_LEAST') = (release_at IS NOT NULL)", name="release"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.wave.id"))
    dimension: Mapped[QuotaDimension]
    value: Mapped[str]
    kind: Mapped[QuotaKind]
    seats: Mapped[int]
    release_at: Mapped[datetime | None]
    taken: Mapped[int] = mapped_column(server_default=text("0"))
