"""SQL table of referrals counted."""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from services.reporting.base import Base
from services.reporting.enrollment_facts.tables import PersonMembers
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.enrollment import ReferralState
from shared.schemas.registry import ReferralKind


class ReferralCube(Counted, PersonMembers, Base):
    """Referrals by cell and by the day recorded.

    What a referral has not is the empty text: an outcome before there is one, `financing` of
    anything but a bank, and `to_*` of a bank.
    """

    __tablename__ = "referral_cube"
    __table_args__ = (
        Index(None, "generation", "wave_id"),
        Index(None, "generation", "province_code", "regency_code"),
        Index("ix_referral_cube_home", "generation", "home_province_code", "home_regency_code"),
        Index(None, "generation", "facility_id"),
        ROOM,
    )

    day: Mapped[date]
    kind: Mapped[ReferralKind]
    state: Mapped[ReferralState]
    outcome: Mapped[str]
    financing: Mapped[str]
    to_facility_id: Mapped[str]
    to_province_code: Mapped[str]
    to_regency_code: Mapped[str]


class LiveReferrals(Base):
    """What reports read of referrals."""

    __table__ = live(ReferralCube, Source.ENROLLMENT, owned=True)
