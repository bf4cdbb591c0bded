"""SQL table of the ledger, and every table that it is folded into."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.application_facts.tables import ApplicationCube, ApplicationSummary
from services.reporting.attendance_facts.tables import AttendanceCube, AttendanceSummary
from services.reporting.base import Base
from services.reporting.certificate_facts.tables import CertificateCube, CertificateSummary
from services.reporting.class_facts.tables import ClassCube, ClassNow, ClassSummary
from services.reporting.enrollment_facts.tables import (
    EnrollmentCube,
    EnrollmentNow,
    EnrollmentSummary,
)
from services.reporting.facility_facts.tables import FacilityAlias, FacilityCube, FacilityNow
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import mapped_table
from services.reporting.funding_facts.tables import FundingCube
from services.reporting.hour_facts.tables import HourCube, HourSummary
from services.reporting.networks.tables import NetworkMember, NetworkNow
from services.reporting.outcome_facts.tables import OutcomeCube
from services.reporting.phase_facts.tables import ProgramPhasesNow
from services.reporting.program_names.tables import ProgramName
from services.reporting.quality_facts.tables import ClassOpening, FacilityPairs, PersonPairs
from services.reporting.referral_facts.tables import ReferralCube
from services.reporting.signup_facts.tables import SignUpCube, SignUpSummary
from services.reporting.standing_facts.tables import StandingCube, StandingSummary
from shared.schemas.enrollment import Topic as EnrollmentTopic

# The event of a class that was moved to another facility.
RELOCATED: Final = EnrollmentTopic.CLASS_RELOCATED


class Entry(Base):
    """One event that moves a figure or that follow-ups need, kept for good.

    `seq` counts the events of one source and era in the order in which they were folded.
    """

    __tablename__ = "ledger"
    # Events come in the order of days, so that a few bytes a range of pages find those of one day,
    # and cost the fold nothing that could be measured.
    __table_args__ = (
        UniqueConstraint("source", "era", "id"),
        Index(
            None,
            "day",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 32, "autosummarize": True},
        ),
        # A figure is traced stream by stream, and a class that was moved at both places.
        Index(None, "stream_id"),
        Index("ix_ledger_relocated", "stream_id", postgresql_where=text(f"topic = '{RELOCATED}'")),
    )

    source: Mapped[Source] = mapped_column(primary_key=True)
    era: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    stream_id: Mapped[UUID]
    topic: Mapped[str]
    schema: Mapped[int]
    version: Mapped[int]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    day: Mapped[date]
    payload: Mapped[dict[str, Any]]


_FOLDED_INTO: Final[tuple[type[Base], ...]] = (
    FacilityCube,
    FacilityNow,
    FacilityAlias,
    NetworkNow,
    NetworkMember,
    StandingSummary,
    StandingCube,
    HourSummary,
    HourCube,
    ClassSummary,
    ClassCube,
    ClassNow,
    ProgramName,
    EnrollmentSummary,
    EnrollmentCube,
    EnrollmentNow,
    OutcomeCube,
    ApplicationSummary,
    ApplicationCube,
    CertificateSummary,
    CertificateCube,
    ReferralCube,
    AttendanceSummary,
    AttendanceCube,
    FundingCube,
    ProgramPhasesNow,
    SignUpCube,
    SignUpSummary,
    ClassOpening,
    PersonPairs,
    FacilityPairs,
)
# By name, as the rollups and keepings of the facts, which know no database, name them.
TABLES: Final[dict[str, Table]] = {each.__tablename__: mapped_table(each) for each in _FOLDED_INTO}
