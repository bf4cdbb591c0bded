"""SQL tables of classes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import FacilityKind, TimeZone


class Class(Base):
    """One group in one space; what the registry vouched for is copied in.

    `instructors` is a list of {id, name}. `booking_id` is what the registry calls the reservation
    of its space and instructors, `reserved_at` when that was confirmed; a class without a booking
    was planned before there were any, or was cancelled and has given it up.

    `trade` is that of the module, empty where it has none. `selection` and `confirm_hours` are
    those of the wave; `announced_at` is when the selection gave the places of the class, null until
    then and where there is none.

    `taken` counts the enrollments that hold a seat, `waiting` those on the waitlist, whose next
    number is `next_waitlist_number`. The seat desk writes these three at every claim: no index may
    hold them, so that such an update stays within
    its page.
    """

    __tablename__ = "class"
    __table_args__ = (
        CheckConstraint("0 <= taken AND taken <= capacity", name="taken"),
        CheckConstraint("0 <= waiting AND waiting <= reserve_capacity", name="waiting"),
        CheckConstraint("0 < capacity AND capacity <= space_capacity", name="capacity"),
        CheckConstraint("next_waitlist_number > waiting", name="waitlist"),
        CheckConstraint("ends_at > starts_at", name="ends"),
        CheckConstraint("reserved_at IS NULL OR booking_id IS NOT NULL", name="reserved"),
        Index("ix_class_wave", "wave_id", "code"),
        Index("ix_class_wave_province", "wave_id", "province_code", "code"),
        Index("ix_class_wave_regency", "wave_id", "regency_code", "code"),
        Index("ix_class_facility", "facility_id", "code"),
        Index("ix_class_program", "program_id", "code"),
        Index("ix_class_promotion", "promote_until", "id"),
        Index(
            "ix_class_silent",
            "starts_at",
            postgresql_where=text("state = 'PLANNED' AND promote_until IS NULL"),
        ),
        Index(
            "ix_class_planned",
            "time_zone",
            "starts_at",
            postgresql_where=text("state = 'PLANNED'"),
        ),
        Index(
            "ix_class_unsettled",
            "id",
            postgresql_where=text(
                "booking_id IS NOT NULL AND (reserved_at IS NULL OR state = 'CANCELLED')"
            ),
        ),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.program.id"))
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.wave.id"))
    code: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    facility_name: Mapped[str]
    facility_kind: Mapped[FacilityKind]
    host_ministry: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    time_zone: Mapped[TimeZone]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    space_id: Mapped[UUID]
    space_name: Mapped[str]
    space_capacity: Mapped[int]
    agreement_id: Mapped[UUID]
    agreement_number: Mapped[str]
    module_id: Mapped[UUID]
    module_title: Mapped[str]
    module_version: Mapped[str]
    module_hours: Mapped[int]
    instructors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    booking_id: Mapped[UUID | None]
    reserved_at: Mapped[datetime | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    promote_until: Mapped[datetime | None]
    capacity: Mapped[int]
    reserve_capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    waiting: Mapped[int] = mapped_column(server_default=text("0"))
    next_waitlist_number: Mapped[int] = mapped_column(server_default=text("1"))
    state: Mapped[ClassState]
    opened_at: Mapped[datetime | None]
    opening_reported_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    selection: Mapped[SelectionMethod] = mapped_column(server_default=text("'FIRST_COME'"))
    confirm_hours: Mapped[int | None]
    announced_at: Mapped[datetime | None]
    trade: Mapped[str] = mapped_column(server_default=text("''"))


class Meeting(Base):
    """One session of a class's timetable, as the registry has reserved it; the first is 1."""

    __tablename__ = "class_session"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="period"),)

    class_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.class.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
