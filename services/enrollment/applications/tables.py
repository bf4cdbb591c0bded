"""SQL tables of applications; as tables of people they have the participant first in their keys."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.applications.rules import DocumentKind
from services.enrollment.base import Base
from shared.schemas.enrollment import ApplicationChannel, ApplicationState, EntrantKind, Sex
from shared.schemas.registry import FacilityKind

_ACTIVE = "state IN ('DRAFT', 'SUBMITTED', 'PLACED', 'RESERVE')"
_OF_APPLICATION = ["enrollment.application.participant_id", "enrollment.application.id"]


class ApplicationCode(Base):
    """The code that a person is given for an application, unique nation-wide, and so is the id.

    Clients choose ids, and a frozen list names applications by nothing else. There is no foreign
    key: it is keyed by the code and the application by its person, so that either can lie on
    another machine.
    """

    __tablename__ = "application_code"

    code: Mapped[str] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID]
    application_id: Mapped[UUID] = mapped_column(unique=True)


class Application(Base):
    """What a person asks for in a wave, and what became of it.

    `province_code`, `regency_code`, `facility_id`, `facility_kind` and the ministries are those of
    the first choice, and so is `trade`, empty where no class is named. `facility_kind` is null in
    applications from before figures counted any: those never count.
    What is known of the person (`sex`, `entrant_kind`, `judged_kind`, `age`, `disability` and the
    home) is copied when it is submitted, and judged on the day `judged_on` by `rule_version`;
    `reasons` are the codes of why it was not admitted. `class_id` and `enrollment_id` are set once
    there is a place, or a place in line.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("(channel = 'ASSISTED') = (assisted_by IS NOT NULL)", name="assisted"),
        CheckConstraint(
            "(channel = 'ASSISTED') = (paper_reference IS NOT NULL)"
            " AND (paper_reference IS NULL) = (paper_sha256 IS NULL)",
            name="paper",
        ),
        CheckConstraint(
            "state IN ('DRAFT', 'WITHDRAWN') OR submitted_at IS NOT NULL", name="submitted"
        ),
        CheckConstraint(
            "submitted_at IS NULL OR num_nulls(sex, entrant_kind, judged_kind, age, disability,"
            " judged_on, rule_version) = 0",
            name="facts",
        ),
        CheckConstraint(
            "(state IN ('PLACED', 'RESERVE')) <= (enrollment_id IS NOT NULL)"
            " AND (class_id IS NULL) = (enrollment_id IS NULL)",
            name="place",
        ),
        Index(
            "uq_application_active",
            "participant_id",
            "wave_id",
            unique=True,
            postgresql_where=text(_ACTIVE),
        ),
        Index("ix_application_wave", "wave_id", "id"),
        Index("ix_application_wave_state", "wave_id", "state", "id"),
        Index("ix_application_wave_updated", "wave_id", "updated_at"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    code: Mapped[str]
    state: Mapped[ApplicationState]
    channel: Mapped[ApplicationChannel]
    assisted_by: Mapped[str | None]
    paper_reference: Mapped[str | None]
    paper_sha256: Mapped[str | None]
    sex: Mapped[Sex | None]
    entrant_kind: Mapped[EntrantKind | None]
    judged_kind: Mapped[str | None]
    age: Mapped[int | None]
    disability: Mapped[bool | None]
    judged_on: Mapped[date | None]
    rule_version: Mapped[str | None]
    reasons: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    class_id: Mapped[UUID | None]
    enrollment_id: Mapped[UUID | None]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    facility_id: Mapped[UUID]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    facility_kind: Mapped[FacilityKind | None]
    trade: Mapped[str] = mapped_column(server_default=text("''"))


class ApplicationChoice(Base):
    """A place that somebody would take: a class, or any class of a facility in the wave.

    The first is rank 1. Where it lies and where the person lives is copied, so that an application
    is seen by every facility and region that it names.
    """

    __tablename__ = "application_choice"
    __table_args__ = (
        ForeignKeyConstraint(["participant_id", "application_id"], _OF_APPLICATION),
        UniqueConstraint(
            "participant_id", "application_id", "facility_id", name="uq_application_choice_facility"
        ),
        CheckConstraint("rank BETWEEN 1 AND 5", name="rank"),
        Index("ix_application_choice_facility", "wave_id", "facility_id", "application_id"),
        Index("ix_application_choice_province", "wave_id", "province_code", "application_id"),
        Index("ix_application_choice_home", "wave_id", "home_province_code", "application_id"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    class_id: Mapped[UUID | None]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str]


class ApplicationDocument(Base):
    """A file that is kept elsewhere, and what proves that it is the same file."""

    __tablename__ = "application_document"
    __table_args__ = (
        ForeignKeyConstraint(["participant_id", "application_id"], _OF_APPLICATION),
        UniqueConstraint(
            "participant_id", "application_id", "sha256", name="uq_application_document_sha256"
        ),
        CheckConstraint("size > 0", name="size"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind]
    reference: Mapped[str]
    sha256: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    added_at: Mapped[datetime]
