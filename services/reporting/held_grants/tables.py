"""SQL tables of held grants."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from shared.db.grants import BoundLoginColumns, HeldGrantColumns


class HeldGrant(HeldGrantColumns, Base):
    """An assignment as the registry told of it last."""

    __tablename__ = "held_grant"


class BoundLogin(BoundLoginColumns, Base):
    """A login that acts as a person, as enrollment told of it."""

    __tablename__ = "bound_login"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(index=True)
    holder: Mapped[str] = mapped_column(index=True)
