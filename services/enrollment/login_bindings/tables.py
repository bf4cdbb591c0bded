"""SQL table of login bindings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from shared.db.grants import BoundLoginColumns


class LoginBinding(BoundLoginColumns, Base):
    """A login that acts as a person until it is unbound; who unbinds says why and shows evidence.

    A login acts for one person, a person is acted for by one login; those of a person who was
    merged, whom `merged_from` names, act for the one who stays.
    """

    __tablename__ = "login_binding"
    __table_args__ = (
        CheckConstraint(
            "(unbound_at IS NULL) = (unbound_by IS NULL)"
            " AND (unbound_at IS NULL) = (evidence_sha256 IS NULL)",
            name="unbound",
        ),
        Index(
            "uq_login_binding_holder",
            "holder",
            unique=True,
            postgresql_where=text("unbound_at IS NULL"),
        ),
        Index(
            "uq_login_binding_participant_id",
            "participant_id",
            unique=True,
            postgresql_where=text("unbound_at IS NULL AND merged_from IS NULL"),
        ),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    bound_at: Mapped[datetime]
    unbound_by: Mapped[str | None]
    reason: Mapped[str | None]
    evidence_reference: Mapped[str | None]
    evidence_sha256: Mapped[str | None]
    merged_from: Mapped[UUID | None]
