"""SQL table of codes of other registers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.facilities.tables import OfFacility, follows_facility


class FacilityCode(OfFacility, Base):
    """What a facility is called in another register, or by an office: its key, by `scheme`.

    `valid_to` is the first day on which the code no longer holds. A code leads to one facility at a
    time; a facility may have several in one scheme, since a merged one keeps those of both.
    """

    __tablename__ = "facility_code"
    __table_args__ = (
        follows_facility("fk_facility_code_facility"),
        CheckConstraint("valid_to > valid_from", name="validity"),
        ExcludeConstraint(
            ("scheme", "="),
            ("code", "="),
            (func.daterange(text("valid_from"), text("valid_to")), "&&"),
            name="ex_facility_code_scheme_code",
        ),
        Index("ix_facility_code_facility_id_scheme_id", "facility_id", "scheme", "id"),
        Index("ix_facility_code_scheme_code", "scheme", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(40, collation="C"))
    code: Mapped[str] = mapped_column(String(100, collation="C"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime]
