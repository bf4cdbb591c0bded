"""SQL tables of certificates counted."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from services.reporting.base import Base
from services.reporting.enrollment_facts.tables import PersonMembers
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.enrollment import CertificateKind


class CertificateSummary(Counted, Base):
    """Certificates by the parts of the country."""

    __tablename__ = "certificate_summary"
    __table_args__ = ROOM

    kind: Mapped[CertificateKind]
    state: Mapped[str]
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    province_code: Mapped[str]
    home_province_code: Mapped[str]
    host_ministry: Mapped[str]


class CertificateCube(Counted, PersonMembers, Base):
    """Certificates by cell and by the day recorded; the states of one kind are not the other's."""

    __tablename__ = "certificate_cube"
    __table_args__ = (
        Index(None, "generation", "wave_id"),
        Index(None, "generation", "province_code", "regency_code"),
        Index("ix_certificate_cube_home", "generation", "home_province_code", "home_regency_code"),
        Index(None, "generation", "facility_id"),
        ROOM,
    )

    day: Mapped[date]
    kind: Mapped[CertificateKind]
    state: Mapped[str]


class LiveCertificateSummary(Base):
    """What reports on the whole country read of certificates."""

    __table__ = live(CertificateSummary, Source.ENROLLMENT, owned=True)


class LiveCertificates(Base):
    """What reports read of certificates."""

    __table__ = live(CertificateCube, Source.ENROLLMENT, owned=True)
