"""SQL tables of selections."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from services.enrollment.base import Base
from services.enrollment.draws.rules import Outcome
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.enrollment import SelectionState


class Selection(Base):
    """How far the selection of a wave has come.

    `commitment` is the SHA-256 of the seed, which is sealed until the announcement. `public_source`
    says which public figure, not known before applications close, goes into the tickets as
    `public_value`. `preview` counts the draws that were ordered; what the last one gave has the
    digest `result_digest` over `inputs` and every result, and was made with the classes and quotas
    in `terms`. `announcing_at` is the hour by which the announced places count.
    """

    __tablename__ = "selection"
    __table_args__ = (
        CheckConstraint(
            "(state <> 'COMMITTED') = (list_digest IS NOT NULL AND list_count IS NOT NULL"
            " AND closed_at IS NOT NULL)",
            name="closed",
        ),
        CheckConstraint(
            "state IN ('COMMITTED', 'CLOSED') OR result_digest IS NOT NULL", name="previewed"
        ),
        CheckConstraint(
            "(state IN ('APPROVED', 'ANNOUNCING', 'ANNOUNCED')) ="
            " (approved_by IS NOT NULL AND announce_at IS NOT NULL"
            " AND approved_by <> previewed_by)",
            name="four_eyes",
        ),
        CheckConstraint("public_value IS NULL OR public_source IS NOT NULL", name="public_value"),
        Index(
            "ix_selection_unfinished",
            "state",
            "announce_at",
            postgresql_where=text("state <> 'ANNOUNCED'"),
        ),
    )

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.wave.id"), primary_key=True)
    program_id: Mapped[UUID]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    method: Mapped[SelectionMethod]
    state: Mapped[SelectionState]
    seed_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    seed_key_id: Mapped[str]
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    committed_at: Mapped[datetime]
    committed_by: Mapped[str]
    public_source: Mapped[str | None]
    public_value: Mapped[str | None]
    public_value_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    list_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    list_count: Mapped[int | None]
    preview: Mapped[int] = mapped_column(server_default=text("0"))
    previewed_at: Mapped[datetime | None]
    previewed_by: Mapped[str | None]
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    inputs: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    result_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    announce_at: Mapped[datetime | None]
    announcing_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    version: Mapped[int]


class SelectionEntry(Base):
    """One application of the frozen list, with its choices as they were then.

    Rank by rank: the facility, and the class, null where any class of the facility will do.
    """

    __tablename__ = "selection_entry"

    wave_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrollment.selection.wave_id"), primary_key=True
    )
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID]
    facility_ids: Mapped[list[UUID]]
    class_ids: Mapped[list[UUID | None]] = mapped_column(ARRAY(Uuid()))


class SelectionResult(Base):
    """What a draw gives to one application; `position` counts the ranked first, then the others.

    `steps` are [choice, why, class id, quota id]. `settled` says why the announcement could not
    give what was drawn, null where it could.
    """

    __tablename__ = "selection_result"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wave_id", "application_id"],
            ["enrollment.selection_entry.wave_id", "enrollment.selection_entry.application_id"],
        ),
        Index("uq_selection_result_position", "wave_id", "preview", "position", unique=True),
        Index("ix_selection_result_class", "wave_id", "preview", "class_id", "position"),
    )

    wave_id: Mapped[UUID] = mapped_column(primary_key=True)
    preview: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    ticket: Mapped[bytes] = mapped_column(LargeBinary(32))
    rank: Mapped[int | None]
    points: Mapped[int]
    outcome: Mapped[Outcome]
    class_id: Mapped[UUID | None]
    reserve_number: Mapped[int | None]
    steps: Mapped[list[list[Any]]] = mapped_column(JSONB)
    settled: Mapped[str | None]
