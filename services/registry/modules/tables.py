"""SQL table of modules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.modules.rules import ModuleState


class Module(Base):
    """One version of a curriculum; once published its content never changes.

    So a class keeps what it was taught. `version` is the owner's name of it, `revision` counts
    the changes of the row. `units` are {code, title, hours}, `files` {name, url, sha256, size}.
    """

    __tablename__ = "module"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("level BETWEEN 1 AND 9", name="level"),
        CheckConstraint("(state = 'DRAFT') = (published_at IS NULL)", name="published"),
        CheckConstraint("(state = 'RETIRED') = (retired_at IS NOT NULL)", name="retired"),
        Index("ix_module_follows_id", "follows_id"),
        Index("ix_module_owner_ministry_code_version", "owner_ministry", "code", "version"),
        Index("ix_module_trade_code_version", "trade", "code", "version"),
        Index("ix_module_state_code_version", "state", "code", "version"),
        Index(
            "ix_module_title_trgm",
            "title",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"))
    version: Mapped[str] = mapped_column(String(20, collation="C"))
    title: Mapped[str]
    owner_ministry: Mapped[str]
    hours: Mapped[int]
    synthetic: Mapped[bool]
    created_at: Mapped[datetime]
    state: Mapped[ModuleState]
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.module.id"))
    trade: Mapped[str | None]
    level: Mapped[int | None]
    language: Mapped[str]
    units: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    required_competences: Mapped[list[str]]
    requires_certificate: Mapped[bool]
    revision: Mapped[int]
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
