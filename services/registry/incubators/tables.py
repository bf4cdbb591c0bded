"""SQL tables of incubators, their people and tenants."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.incubators.rules import (
    GraduationResult,
    IncubatorState,
    PersonRole,
    TenantStage,
    TenantStatus,
)
from services.registry.records.tables import FacilityRecord, follows_facility


class Incubator(FacilityRecord, Base):
    """The designation of a facility; `valid_to` is its last day, from `ended_on` on it is over."""

    __tablename__ = "incubator"
    __table_args__ = (
        follows_facility("incubator"),
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("ended_on BETWEEN valid_from AND valid_to", name="ended_on"),
        CheckConstraint("(state = 'ENDED') = (ended_on IS NOT NULL)", name="ended"),
        CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="end_reason"),
        CheckConstraint("tenants BETWEEN 0 AND capacity", name="tenants"),
        ExcludeConstraint(
            ("facility_id", "="),
            (text("daterange(valid_from, least(valid_to + 1, ended_on), '[)')"), "&&"),
            using="gist",
            name="ex_incubator_period",
        ),
        Index("ix_incubator_facility_id_id", "facility_id", "id"),
        Index("ix_incubator_province_code_id", "province_code", "id"),
        Index("ix_incubator_regency_code_id", "regency_code", "id"),
        Index("ix_incubator_holder_institution_id", "holder_institution_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    decree_number: Mapped[str]
    decreed_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    holder_institution_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("registry.institution.id")
    )
    capacity: Mapped[int]
    tenants: Mapped[int]
    state: Mapped[IncubatorState]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]


class IncubatorPerson(FacilityRecord, Base):
    """Who manages or mentors an incubator; name and contact are personal."""

    __tablename__ = "incubator_person"
    __table_args__ = (
        follows_facility("incubator_person"),
        CheckConstraint("(name IS NULL) <> (instructor_id IS NULL)", name="one"),
        CheckConstraint("contact IS NULL OR name IS NOT NULL", name="contact"),
        CheckConstraint("until >= since", name="until"),
        Index("ix_incubator_person_incubator_id_id", "incubator_id", "id"),
        Index(
            "uq_incubator_person_manager",
            "incubator_id",
            unique=True,
            postgresql_where=text("role = 'MANAGER' AND until IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incubator_id: Mapped[UUID] = mapped_column(ForeignKey("registry.incubator.id"))
    role: Mapped[PersonRole]
    name: Mapped[str | None]
    contact: Mapped[str | None]
    instructor_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.instructor.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.institution.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    created_at: Mapped[datetime]


class IncubatorTenant(FacilityRecord, Base):
    """A tenant, known by reference only: a participant, another system's business, or both."""

    __tablename__ = "incubator_tenant"
    __table_args__ = (
        follows_facility("incubator_tenant"),
        CheckConstraint("participant_id IS NOT NULL OR business_ref IS NOT NULL", name="known"),
        CheckConstraint("(status = 'GRADUATED') = (graduated_on IS NOT NULL)", name="graduated"),
        CheckConstraint("(graduated_on IS NULL) = (result IS NULL)", name="result"),
        CheckConstraint("(status = 'LEFT') = (left_on IS NOT NULL)", name="left_on"),
        CheckConstraint("graduated_on >= joined_on", name="graduated_on"),
        CheckConstraint("left_on >= joined_on", name="left_day"),
        Index("ix_incubator_tenant_incubator_id_id", "incubator_id", "id"),
        Index("ix_incubator_tenant_participant_id", "participant_id"),
        Index(
            "uq_incubator_tenant_participant",
            "incubator_id",
            "participant_id",
            unique=True,
            postgresql_where=text("status = 'IN'"),
        ),
        Index(
            "uq_incubator_tenant_business",
            "incubator_id",
            "business_ref",
            unique=True,
            postgresql_where=text("status = 'IN'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incubator_id: Mapped[UUID] = mapped_column(ForeignKey("registry.incubator.id"))
    participant_id: Mapped[UUID | None]
    business_ref: Mapped[str | None]
    stage: Mapped[TenantStage]
    status: Mapped[TenantStatus]
    joined_on: Mapped[date]
    graduated_on: Mapped[date | None]
    left_on: Mapped[date | None]
    result: Mapped[GraduationResult | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
