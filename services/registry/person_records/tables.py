"""SQL table of the erasures that enrollment has asked for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class PersonErasure(Base):
    """That a person was erased, and how many rows of which table went by another id from then on.

    That other id is kept nowhere.
    """

    __tablename__ = "person_erasure"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    rows: Mapped[dict[str, Any]] = mapped_column(JSONB)
    erased_at: Mapped[datetime]
