"""SQL tables of applications counted."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from services.reporting.base import Base
from services.reporting.enrollment_facts.tables import PersonMembers
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.enrollment import ApplicationChannel, ApplicationState


class ApplicationSummary(Counted, Base):
    """Applications by the parts of the country."""

    __tablename__ = "application_summary"
    __table_args__ = ROOM

    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    province_code: Mapped[str]
    home_province_code: Mapped[str]
    host_ministry: Mapped[str]
    state: Mapped[ApplicationState]


class ApplicationCube(Counted, PersonMembers, Base):
    """Applications by cell and by the day recorded."""

    __tablename__ = "application_cube"
    __table_args__ = (
        Index(None, "generation", "wave_id"),
        Index(None, "generation", "province_code", "regency_code"),
        Index("ix_application_cube_home", "generation", "home_province_code", "home_regency_code"),
        Index(None, "generation", "facility_id"),
        ROOM,
    )

    day: Mapped[date]
    channel: Mapped[ApplicationChannel]
    state: Mapped[ApplicationState]


class LiveApplicationSummary(Base):
    """What reports on the whole country read of applications."""

    __table__ = live(ApplicationSummary, Source.ENROLLMENT, owned=True)


class LiveApplications(Base):
    """What reports read of applications."""

    __table__ = live(ApplicationCube, Source.ENROLLMENT, owned=True)
