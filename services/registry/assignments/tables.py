"""SQL tables of assignments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.db.grants import HeldGrantColumns


class Assignment(HeldGrantColumns, Base):
    """What a login may act as; the registry's own look-up of grants reads it.

    `label` tells the offices who that is, not necessarily by a person's name. `granted_by` and
    `revoked_by` name actors.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint(
            "num_nonnulls(revoked_at, revoked_by, revoke_reason) IN (0, 3)", name="revocation"
        ),
        ExcludeConstraint(
            ("holder", "="),
            ("role", "="),
            ("reach_key", "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=text("revoked_at IS NULL"),
            name="ex_assignment_holder",
        ),
        Index(
            "ix_assignment_id_areas",
            "id",
            postgresql_where=text("revoked_at IS NULL AND cardinality(areas) > 0"),
        ),
    )

    issuer: Mapped[str]
    subject: Mapped[str]
    label: Mapped[str]
    reach_key: Mapped[str]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime]
    revoked_by: Mapped[str | None]
    revoke_reason: Mapped[str | None]


class AssignmentPlace(Base):
    """One place of one ministry that an assignment reaches: what scopes are held against.

    Where a facility lies follows the facility.
    """

    __tablename__ = "assignment_place"
    __table_args__ = (
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_assignment_place_facility",
        ),
        Index("ix_assignment_place_facility_id", "facility_id", "assignment_id"),
        Index("ix_assignment_place_province_code", "province_code", "assignment_id"),
        Index("ix_assignment_place_regency_code", "regency_code", "assignment_id"),
    )

    assignment_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.assignment.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    facility_id: Mapped[UUID | None]
    owner_ministry: Mapped[str | None]
