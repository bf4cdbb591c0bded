"""SQL tables of person keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class PersonKey(Base):
    """The key of one person, wrapped by the key of the NIK file that `key_id` names.

    A destroyed key leaves its row, so that no second one arises for the person. There is no foreign
    key to the person: the key can lie on another machine.
    """

    __tablename__ = "person_key"
    __table_args__ = (
        CheckConstraint("(wrapped_key IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),
        CheckConstraint("(wrapped_key IS NULL) = (key_id IS NULL)", name="wrapped"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str | None]
    destroyed_at: Mapped[datetime | None]
