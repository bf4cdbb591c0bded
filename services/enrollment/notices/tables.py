"""SQL tables of notices."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.notice_templates.rules import Channel, NoticeKind
from services.enrollment.notices.rules import NoticeState


class Notice(Base):
    """One thing that one person is told once: `occasion_id` and `version` say of what.

    `params` are what the text speaks of besides the person's name, which is read when it is sent,
    as is the address: the text itself is kept nowhere. `token_cipher` seals the token of a link
    until the letter has left. `claimed_until` keeps two workers from sending it at a time; who
    dies while he sends leaves it to be sent again, under the same message id. `reason` is a code.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint(
            "participant_id", "kind", "occasion_id", "version", name="uq_notice_occasion"
        ),
        CheckConstraint("(token_cipher IS NULL) = (token_key_id IS NULL)", name="token"),
        CheckConstraint("(state = 'PENDING') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("state <> 'SENT' OR reference IS NOT NULL", name="sent"),
        Index("ix_notice_pending", "due_at", postgresql_where=text("state = 'PENDING'")),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[NoticeKind]
    occasion_id: Mapped[UUID]
    version: Mapped[int]
    class_id: Mapped[UUID | None]
    enrollment_id: Mapped[UUID | None]
    params: Mapped[dict[str, Any]]
    token_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_key_id: Mapped[str | None]
    state: Mapped[NoticeState] = mapped_column(server_default=text("'PENDING'"))
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    channel: Mapped[Channel | None]
    language: Mapped[str | None]
    template_version: Mapped[int | None]
    reference: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ClassReminder(Base):
    """A class of whose start, on that local day, people have been reminded so many days before."""

    __tablename__ = "class_reminder"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.class.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
