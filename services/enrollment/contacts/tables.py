"""SQL table of contact codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.contacts.rules import CodePurpose
from services.enrollment.notice_templates.rules import Channel


class ContactCode(Base):
    """A code that was sent to a contact of a person, asked for by the login `holder`.

    Of the code, and of the contact to be proved, there is a keyed hash. `channel` is which contact;
    none is named when a login is bound: the code goes wherever the person is reached.
    """

    __tablename__ = "contact_code"
    __table_args__ = (Index("ix_contact_code_expires_at", "expires_at"),)

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[CodePurpose]
    channel: Mapped[Channel | None]
    holder: Mapped[str]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    contact_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
