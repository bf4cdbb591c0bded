"""SQL tables of enrollments counted, and of the latest of each."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, Owned, live
from shared.schemas.enrollment import AgeBand, EnrollmentState, EntrantKind, Presence, Sex
from shared.schemas.registry import FacilityKind


class PersonMembers:
    """What enrollments, and whatever comes of them, are cut by."""

    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    facility_kind: Mapped[FacilityKind]
    host_ministry: Mapped[str]
    sex: Mapped[Sex]
    age_band: Mapped[AgeBand]
    entrant_kind: Mapped[EntrantKind]
    disability: Mapped[bool] = mapped_column(server_default=text("false"))
    trade: Mapped[str] = mapped_column(server_default=text("''"))


class EnrollmentSummary(Counted, Base):
    """Enrollments by what the public may see of them."""

    __tablename__ = "enrollment_summary"
    __table_args__ = (Index(None, "generation", "wave_id"), ROOM)

    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    province_code: Mapped[str]
    home_province_code: Mapped[str]
    host_ministry: Mapped[str]
    state: Mapped[EnrollmentState]
    waited: Mapped[bool]
    presence: Mapped[Presence]
    applied: Mapped[bool] = mapped_column(server_default=text("false"))


class EnrollmentCube(Counted, PersonMembers, Base):
    """Enrollments by cell and by the day recorded."""

    __tablename__ = "enrollment_cube"
    __table_args__ = (
        Index(None, "generation", "wave_id"),
        Index(None, "generation", "province_code", "regency_code"),
        Index("ix_enrollment_cube_home", "generation", "home_province_code", "home_regency_code"),
        Index(None, "generation", "facility_id"),
        ROOM,
    )

    day: Mapped[date]
    state: Mapped[EnrollmentState]
    waited: Mapped[bool]
    presence: Mapped[Presence]
    applied: Mapped[bool] = mapped_column(server_default=text("false"))


class _NowMembers(PersonMembers):
    """What is kept of an enrollment's latest event."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    state: Mapped[EnrollmentState]
    waited: Mapped[bool]
    presence: Mapped[Presence]
    applied: Mapped[bool] = mapped_column(server_default=text("false"))
    version: Mapped[int]


class EnrollmentNow(_NowMembers, Base):
    """The latest that the ledger says of an enrollment: what a follow-up is recorded against."""

    __tablename__ = "enrollment_now"
    __table_args__ = (Index(None, "generation", "class_id"), ROOM)


class LiveEnrollmentSummary(Base):
    """What public reports read of enrollments."""

    __table__ = live(EnrollmentSummary, Source.ENROLLMENT, owned=True)


class LiveEnrollments(Base):
    """What reports read of enrollments."""

    __table__ = live(EnrollmentCube, Source.ENROLLMENT, owned=True)


class LiveEnrollmentNow(_NowMembers, Owned, Base):
    """What follow-ups read of an enrollment."""

    __table__ = live(EnrollmentNow, Source.ENROLLMENT, owned=True)
