"""SQL tables of identities."""

from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class IdentityClaim(Base):
    """One person a NIK, nation-wide.

    There is no foreign key: the claim is keyed by the blind index and the person by its own id, so
    that either can lie on another machine.
    """

    __tablename__ = "identity_claim"

    nik_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    participant_id: Mapped[UUID]
