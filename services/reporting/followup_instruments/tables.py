"""SQL table of questionnaires."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.followup_instruments.rules import InstrumentState


class Instrument(Base):
    """One version of a questionnaire: of a programme, or of every programme that has none.

    `number` counts the versions of one questionnaire; `version` the changes of this row.
    """

    __tablename__ = "followup_instrument"
    __table_args__ = (
        UniqueConstraint(
            "program_id",
            "number",
            name="uq_followup_instrument_number",
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_followup_instrument_in_use",
            "program_id",
            unique=True,
            postgresql_where=text("state = 'PUBLISHED'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID | None]
    number: Mapped[int]
    state: Mapped[InstrumentState]
    title_id: Mapped[str]
    title_en: Mapped[str]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[str]
    published_at: Mapped[datetime | None]
    version: Mapped[int]
