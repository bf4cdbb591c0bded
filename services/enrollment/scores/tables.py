"""SQL tables of scores; as tables of people they have the participant first in their keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class Score(Base):
    """What an application is given for one criterion, by whom and on what evidence."""

    __tablename__ = "score"
    __table_args__ = (
        ForeignKeyConstraint(
            ["participant_id", "application_id"],
            ["enrollment.application.participant_id", "enrollment.application.id"],
        ),
        CheckConstraint("points BETWEEN 0 AND 100", name="points"),
        CheckConstraint("version > 0", name="version"),
        Index("ix_score_wave", "wave_id", "application_id"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    wave_id: Mapped[UUID]
    points: Mapped[int]
    evidence: Mapped[str | None]
    given_by: Mapped[str]
    given_at: Mapped[datetime]
    version: Mapped[int]


class ScoreReplaced(Base):
    """A score that another one has taken the place of: nothing that was given is lost."""

    __tablename__ = "score_replaced"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points: Mapped[int]
    evidence: Mapped[str | None]
    given_by: Mapped[str]
    given_at: Mapped[datetime]
