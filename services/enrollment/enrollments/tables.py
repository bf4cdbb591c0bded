"""SQL tables of enrollments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from shared.schemas.enrollment import AgeBand, EnrollmentState, EntrantKind, Presence, Sex


class ProgramClaim(Base):
    """One active enrollment per person and programme, nation-wide.

    The person is known by the blind index of the NIK. There is no foreign key: the claim is keyed
    by the index and the enrollment by its class, so that either can lie on another machine.
    """

    __tablename__ = "program_claim"

    program_id: Mapped[UUID] = mapped_column(primary_key=True)
    nik_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    class_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]


class Enrollment(Base):
    """A claimed place in a class: a seat, or a number on its waitlist.

    What the class's host and the figures need to know of the person is copied in. `waitlist_number`
    is never changed or reused. `confirm_by` is until when an offered seat is held.
    `application_id` is what a selection placed, `applied` that it is counted as an application, so
    that figures do not count this row as another wish to take part; `transferred_from_*` name the
    row that a transfer closed. The row of the class is locked before any of these rows is written.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        CheckConstraint("waited = (waitlist_number IS NOT NULL)", name="waited"),
        CheckConstraint("state <> 'WAITLISTED' OR waited", name="waitlisted"),
        CheckConstraint("state <> 'OFFERED' OR confirm_by IS NOT NULL", name="offered"),
        CheckConstraint(
            "(transferred_from_id IS NULL) = (transferred_from_class_id IS NULL)",
            name="transferred_from",
        ),
        Index("ix_enrollment_participant", "participant_id", "id"),
        Index(
            "ix_enrollment_offer",
            "confirm_by",
            postgresql_where=text("state = 'OFFERED'"),
        ),
        # What a selection placed; the desk, which seats whoever comes, does not pay for it.
        Index(
            "ix_enrollment_application",
            "application_id",
            postgresql_where=text("application_id IS NOT NULL"),
        ),
        Index(
            "uq_enrollment_class_id_waitlist_number",
            "class_id",
            "waitlist_number",
            unique=True,
            postgresql_where=text("waitlist_number IS NOT NULL"),
        ),
    )

    class_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.class.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID]
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    state: Mapped[EnrollmentState]
    waitlist_number: Mapped[int | None]
    waited: Mapped[bool]
    presence: Mapped[Presence]
    arrived_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    sex: Mapped[Sex]
    age_band: Mapped[AgeBand]
    entrant_kind: Mapped[EntrantKind]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    facility_id: Mapped[UUID]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str]
    reason: Mapped[str | None]
    version: Mapped[int]
    disability: Mapped[bool] = mapped_column(server_default=text("false"))
    confirm_by: Mapped[datetime | None]
    application_id: Mapped[UUID | None]
    transferred_from_class_id: Mapped[UUID | None]
    transferred_from_id: Mapped[UUID | None]
    applied: Mapped[bool] = mapped_column(server_default=text("false"))
