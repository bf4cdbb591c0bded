"""SQL table of what a change of areas leaves open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.area_changes.rules import WorkItemState
from services.registry.base import Base


class AreaWorkItem(Base):
    """A facility or institution on a code that went over into several areas, or into none.

    `candidates` are the areas that it may stand in now, empty when no decree names one. It lies
    where the facility or institution lies.
    """

    __tablename__ = "area_work_item"
    __table_args__ = (
        CheckConstraint("(facility_id IS NULL) <> (institution_id IS NULL)", name="one_subject"),
        CheckConstraint("(state = 'RESOLVED') = (resolved_at IS NOT NULL)", name="resolved"),
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_area_work_item_facility",
        ),
        Index("ix_area_work_item_state_id", "state", "id"),
        Index(
            "uq_area_work_item_open_facility_id",
            "facility_id",
            unique=True,
            postgresql_where=text("state = 'OPEN'"),
        ),
        Index(
            "uq_area_work_item_open_institution_id",
            "institution_id",
            unique=True,
            postgresql_where=text("state = 'OPEN'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    change_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.area_change.id"))
    facility_id: Mapped[UUID | None]
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.institution.id"))
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    owner_ministry: Mapped[str | None]
    old_code: Mapped[str] = mapped_column(String(13, collation="C"))
    candidates: Mapped[list[str]]
    state: Mapped[WorkItemState]
    area_code: Mapped[str | None] = mapped_column(String(13, collation="C"))
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]

    @property
    def subject_id(self) -> UUID:
        """The facility or institution."""
        subject = self.facility_id or self.institution_id
        if subject is None:
            raise LookupError
        return subject
