"""SQL table of people whose data may not be processed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base


class RestrictedPerson(Base):
    """Whether a person's data may be processed, as of `version` of the person.

    Null in `restricted_at`: they may again. `erased_at`: never again; `erased_rows`
    says how many rows that were, by table.
    """

    __tablename__ = "restricted_person"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    restricted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    erased_rows: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
