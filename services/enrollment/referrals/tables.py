"""SQL table of referrals."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from shared.schemas.enrollment import (
    AgeBand,
    EntrantKind,
    Financing,
    ReferralOutcome,
    ReferralState,
    Sex,
)
from shared.schemas.registry import FacilityKind, ReferralKind


class Referral(Base):
    """Somebody who was trained and is referred to what helps on: a service, a place, a bank.

    `facility_id` and what else says where the row lies is where the person was trained: the side
    that refers. `to_*` is the side that receives, null for a bank, which has no login: what it says
    is written down by who refers. `target` is what the registry calls it. `slots` are the hours
    that are asked of a production house, `booking_id` what the registry holds for them and
    `booked_at` since when it was confirmed. `paper_sha256` is of the paper by which somebody else
    has written down the consent.
    """

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("(kind = 'BANK') = (financing IS NOT NULL)", name="financed"),
        CheckConstraint("(kind = 'BANK') = (to_facility_id IS NULL)", name="receiver"),
        CheckConstraint("(kind = 'PRODUCTION_SLOT') = (slots IS NOT NULL)", name="slots"),
        CheckConstraint("(slots IS NULL) = (people IS NULL)", name="people"),
        CheckConstraint("(consented_at IS NULL) = (consent_version IS NULL)", name="consent"),
        CheckConstraint("sent_at IS NULL OR consented_at IS NOT NULL", name="sent"),
        CheckConstraint("(state = 'RESULT') = (outcome IS NOT NULL)", name="outcome"),
        CheckConstraint("(outcome = 'TENANT_JOINED') = (tenant_id IS NOT NULL)", name="tenant"),
        CheckConstraint("booked_at IS NULL OR booking_id IS NOT NULL", name="booked"),
        Index("uq_referral_id", "id", unique=True),
        Index(
            "uq_referral_open",
            "participant_id",
            "kind",
            "target_id",
            unique=True,
            postgresql_where=text(
                "kind <> 'PRODUCTION_SLOT'"
                " AND state IN ('PROPOSED', 'CONSENTED', 'SENT', 'ACCEPTED')"
            ),
        ),
        Index("ix_referral_facility_id_id", "facility_id", "id"),
        Index(
            "ix_referral_to_facility_id_id",
            "to_facility_id",
            "id",
            postgresql_where=text("to_facility_id IS NOT NULL"),
        ),
        Index(
            "ix_referral_unsettled",
            "id",
            postgresql_where=text(
                "booking_id IS NOT NULL AND"
                " (booked_at IS NULL OR state IN ('REFUSED', 'WITHDRAWN') OR outcome = 'NOTHING')"
            ),
        ),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    facility_kind: Mapped[FacilityKind]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    sex: Mapped[Sex]
    age_band: Mapped[AgeBand]
    entrant_kind: Mapped[EntrantKind]
    disability: Mapped[bool]
    kind: Mapped[ReferralKind]
    target_id: Mapped[UUID]
    target: Mapped[str]
    to_facility_id: Mapped[UUID | None]
    to_facility_name: Mapped[str | None]
    to_province_code: Mapped[str | None]
    to_regency_code: Mapped[str | None]
    to_ministry: Mapped[str | None]
    financing: Mapped[Financing | None]
    people: Mapped[int | None]
    slots: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    state: Mapped[ReferralState]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    consent_version: Mapped[str | None]
    consented_at: Mapped[datetime | None]
    paper_sha256: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    outcome: Mapped[ReferralOutcome | None]
    outcome_on: Mapped[date | None]
    tenant_id: Mapped[UUID | None]
    booking_id: Mapped[UUID | None]
    booked_at: Mapped[datetime | None]
    version: Mapped[int]
    trade: Mapped[str] = mapped_column(server_default=text("''"))


class Receiving:
    """Where a referral lies for the side that receives it: what `within` looks at."""

    facility_id = Referral.to_facility_id
    province_code = Referral.to_province_code
    regency_code = Referral.to_regency_code
    owner_ministry = Referral.to_ministry
