"""SQL tables of bookings and their slots."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.schemas.registry.bookings import BookingPurpose, BookingState, SlotState

_SCOPE: Final = ("facility_id", "province_code", "regency_code", "owner_ministry")
_OF_FACILITY: Final = tuple(
    f"registry.facility.{name.removeprefix('facility_')}" for name in _SCOPE
)


class Booking(Base):
    """A space asked for, or given, for one or more time ranges; `co_ministry` is who uses it.

    `starts_at` and `ends_at` are those of its first and last slot. A hold that is not confirmed by
    `hold_until` is given up. A CLOSURE takes the space out of service and is no booking to anybody.
    """

    __tablename__ = "booking"
    __table_args__ = (
        ForeignKeyConstraint(_SCOPE, _OF_FACILITY, onupdate="CASCADE", name="fk_booking_facility"),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("(people > 0) = (purpose <> 'CLOSURE')", name="people"),
        CheckConstraint("(class_id IS NOT NULL) = (purpose = 'CLASS')", name="class"),
        CheckConstraint(
            "(participant_id IS NOT NULL) = (purpose = 'ENTREPRENEUR')", name="participant"
        ),
        CheckConstraint("referral_id IS NULL OR purpose = 'ENTREPRENEUR'", name="referral"),
        CheckConstraint("hold_until IS NULL OR state = 'APPROVED'", name="hold"),
        Index(
            "uq_booking_class",
            "class_id",
            unique=True,
            postgresql_where=text("state IN ('REQUESTED', 'APPROVED')"),
        ),
        Index(
            "uq_booking_referral",
            "referral_id",
            unique=True,
            postgresql_where=text("state IN ('REQUESTED', 'APPROVED')"),
        ),
        Index("ix_booking_starts_at_id", "starts_at", "id"),
        Index("ix_booking_facility_id_starts_at_id", "facility_id", "starts_at", "id"),
        Index("ix_booking_space_id_starts_at_id", "space_id", "starts_at", "id"),
        Index("ix_booking_province_code_starts_at_id", "province_code", "starts_at", "id"),
        Index("ix_booking_co_ministry_starts_at_id", "co_ministry", "starts_at", "id"),
        Index("ix_booking_agreement_id", "agreement_id"),
        Index(
            "ix_booking_participant_id",
            "participant_id",
            postgresql_where=text("participant_id IS NOT NULL"),
        ),
        Index(
            "ix_booking_hold_until", "hold_until", postgresql_where=text("hold_until IS NOT NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    space_id: Mapped[UUID] = mapped_column(ForeignKey("registry.space.id"))
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str]
    purpose: Mapped[BookingPurpose]
    class_id: Mapped[UUID | None]
    participant_id: Mapped[UUID | None]
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.agreement.id"))
    people: Mapped[int]
    state: Mapped[BookingState]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    hold_until: Mapped[datetime | None]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int]
    referral_id: Mapped[UUID | None]


class BookingSlot(Base):
    """One time range of a booking; no two that are approved or used overlap in one space."""

    __tablename__ = "booking_slot"
    __table_args__ = (
        ForeignKeyConstraint(
            _SCOPE, _OF_FACILITY, onupdate="CASCADE", name="fk_booking_slot_facility"
        ),
        CheckConstraint(
            "NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)"
            " AND NOT upper_inf(during) AND upper(during) - lower(during) <= interval '744 hours'",
            name="during",
        ),
        ExcludeConstraint(
            ("space_id", "="),
            ("during", "&&"),
            where=text("state IN ('APPROVED', 'USED')"),
            using="gist",
            name="ex_booking_slot_space",
        ),
        Index("ix_booking_slot_facility_id", "facility_id"),
        Index(
            "ix_booking_slot_closure",
            "space_id",
            postgresql_where=text("purpose = 'CLOSURE' AND state = 'APPROVED'"),
        ),
        Index(
            "ix_booking_slot_due",
            "purpose",
            text("upper(during)"),
            postgresql_where=text("state = 'APPROVED'"),
        ),
        Index("ix_booking_slot_space_id_starts", "space_id", text("lower(during)")),
        Index(
            "ix_booking_slot_starts",
            text("lower(during)"),
            postgresql_where=text("state IN ('APPROVED', 'USED')"),
        ),
        Index(
            "ix_booking_slot_class_ends",
            text("upper(during)"),
            postgresql_where=text("state = 'APPROVED' AND purpose = 'CLASS'"),
        ),
    )

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("registry.booking.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    space_id: Mapped[UUID] = mapped_column(ForeignKey("registry.space.id"))
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str]
    purpose: Mapped[BookingPurpose]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE())
    state: Mapped[SlotState]
