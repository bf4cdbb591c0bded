"""SQL table of legal holds."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.legal_holds.rules import HoldKind


class LegalHold(Base):
    """That a person is not to be erased until a day, or until somebody lifts it.

    `reference` names the letter or the file that asks for it.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        CheckConstraint("kind <> 'OPEN_CLASS'", name="placed"),
        Index("uq_legal_hold_id", "id", unique=True),
        Index(
            "ix_legal_hold_standing",
            "participant_id",
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[HoldKind]
    reference: Mapped[str]
    until: Mapped[date | None]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
