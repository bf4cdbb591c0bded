"""SQL table of external references."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class ExternalRef(Base):
    """The key of one person in the system `client`; one person a key, one key a person there."""

    __tablename__ = "external_ref"
    __table_args__ = (UniqueConstraint("client", "ref", name="uq_external_ref_ref"),)

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str]
    set_at: Mapped[datetime]
