"""SQL tables of links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.followup_links.rules import LinkState


class Link(Base):
    """A link to one follow-up; `attempt` tells for which reason somebody is told of it.

    Who has the contact sends it: enrollment. `reason` is why it was dropped.
    """

    __tablename__ = "followup_link"
    __table_args__ = (
        CheckConstraint("(state = 'USED') = (used_at IS NOT NULL)", name="used"),
        Index(None, "followup_id"),
        Index(None, "participant_id"),
        Index(None, "expires_at"),
        Index(
            "ix_followup_link_wanted",
            "tried_at",
            "id",
            postgresql_where=text("state = 'WANTED'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    followup_id: Mapped[UUID] = mapped_column(ForeignKey("reporting.followup.id"))
    participant_id: Mapped[UUID]
    attempt: Mapped[int]
    state: Mapped[LinkState]
    reason: Mapped[str | None]
    expires_at: Mapped[datetime]
    wanted_at: Mapped[datetime]
    wanted_by: Mapped[str]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    version: Mapped[int]


class Token(Base):
    """What opens a link: the hash of a random text that nobody but its holder has.

    Each time that a link is handed over it gets a token of its own; those of which it is known that
    they never left are deleted.
    """

    __tablename__ = "followup_token"
    __table_args__ = (Index(None, "link_id"),)

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("reporting.followup_link.id"))
    made_at: Mapped[datetime]
