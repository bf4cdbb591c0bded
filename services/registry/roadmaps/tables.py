"""SQL tables of the national roadmap and of the roadmaps of centres."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.records.tables import FacilityRecord, follows_facility
from services.registry.roadmaps.rules import MilestoneStatus


class RoadmapTemplate(Base):
    """A version of the national roadmap; without a decree it is a proposal."""

    __tablename__ = "roadmap_template"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    title: Mapped[str]
    source: Mapped[str]
    decree_number: Mapped[str | None]
    published_at: Mapped[datetime]


class RoadmapTemplateMilestone(Base):
    """A milestone of a version; milestones never change once published."""

    __tablename__ = "roadmap_template_milestone"
    __table_args__ = (CheckConstraint("months >= 0", name="months"),)

    template_version: Mapped[int] = mapped_column(
        ForeignKey("registry.roadmap_template.version"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(40, collation="C"), primary_key=True)
    position: Mapped[int]
    months: Mapped[int]
    text_id: Mapped[str]
    text_en: Mapped[str]
    evidence_id: Mapped[str]
    evidence_en: Mapped[str]


class Roadmap(FacilityRecord, Base):
    """The version of the national roadmap that a centre follows."""

    __tablename__ = "roadmap"
    __table_args__ = (
        follows_facility("roadmap"),
        UniqueConstraint("facility_id"),
        Index("ix_roadmap_province_code_id", "province_code", "id"),
        Index("ix_roadmap_regency_code_id", "regency_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    template_version: Mapped[int] = mapped_column(ForeignKey("registry.roadmap_template.version"))
    adopted_on: Mapped[date]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]


class RoadmapMilestone(FacilityRecord, Base):
    """A milestone of a centre; its text stands in the version that it comes from."""

    __tablename__ = "roadmap_milestone"
    __table_args__ = (
        follows_facility("roadmap_milestone"),
        ForeignKeyConstraint(
            ["template_version", "code"],
            [
                "registry.roadmap_template_milestone.template_version",
                "registry.roadmap_template_milestone.code",
            ],
            name="fk_roadmap_milestone_template",
        ),
        CheckConstraint("(status = 'DONE') = (done_on IS NOT NULL)", name="done_on"),
        CheckConstraint("status <> 'DONE' OR evidence_reference IS NOT NULL", name="evidence"),
        CheckConstraint(
            "(evidence_reference IS NULL) = (evidence_sha256 IS NULL)", name="evidence_sha256"
        ),
        CheckConstraint("status <> 'DROPPED' OR note IS NOT NULL", name="note"),
        Index("ix_roadmap_milestone_due_on_roadmap_id_code", "due_on", "roadmap_id", "code"),
        Index(
            "ix_roadmap_milestone_province_code_due_on_roadmap_id_code",
            "province_code",
            "due_on",
            "roadmap_id",
            "code",
        ),
        Index("ix_roadmap_milestone_facility_id", "facility_id"),
    )

    roadmap_id: Mapped[UUID] = mapped_column(ForeignKey("registry.roadmap.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"), primary_key=True)
    template_version: Mapped[int]
    due_on: Mapped[date]
    status: Mapped[MilestoneStatus]
    done_on: Mapped[date | None]
    evidence_reference: Mapped[str | None]
    evidence_sha256: Mapped[str | None]
    note: Mapped[str | None]
    version: Mapped[int]
