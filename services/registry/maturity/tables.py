"""SQL tables of criteria and assessments of maturity."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.records.tables import FacilityRecord, follows_facility
from shared.schemas.registry import MaturityClass


class MaturityCriteria(Base):
    """A version of the national criteria; without a decree it is a proposal."""

    __tablename__ = "maturity_criteria"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    title: Mapped[str]
    source: Mapped[str]
    decree_number: Mapped[str | None]
    published_at: Mapped[datetime]


class MaturityCriterion(Base):
    """What a centre must meet to be of a class; criteria never change once published."""

    __tablename__ = "maturity_criterion"
    __table_args__ = (CheckConstraint("needed_for <> 'BARU'", name="needed_for"),)

    criteria_version: Mapped[int] = mapped_column(
        ForeignKey("registry.maturity_criteria.version"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    needed_for: Mapped[MaturityClass]
    text_id: Mapped[str]
    text_en: Mapped[str]


class MaturityAssessment(FacilityRecord, Base):
    """What was found of a centre for a year; `met` holds the evidence by criterion."""

    __tablename__ = "maturity_assessment"
    __table_args__ = (
        follows_facility("maturity_assessment"),
        UniqueConstraint("facility_id", "year"),
        Index("ix_maturity_assessment_year_id", "year", "id"),
        Index("ix_maturity_assessment_maturity_class_year_id", "maturity_class", "year", "id"),
        Index("ix_maturity_assessment_province_code_year_id", "province_code", "year", "id"),
        Index("ix_maturity_assessment_regency_code_year_id", "regency_code", "year", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    maturity_class: Mapped[MaturityClass]
    criteria_version: Mapped[int] = mapped_column(ForeignKey("registry.maturity_criteria.version"))
    assessed_on: Mapped[date]
    met: Mapped[dict[str, Any]]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]


class MaturityRevision(Base):
    """What an assessment said in each of its versions; never changed."""

    __tablename__ = "maturity_revision"

    assessment_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.maturity_assessment.id"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    maturity_class: Mapped[MaturityClass]
    criteria_version: Mapped[int] = mapped_column(ForeignKey("registry.maturity_criteria.version"))
    assessed_on: Mapped[date]
    met: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]
