"""SQL tables of opening hours and closed days."""

from datetime import date, time
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base

_SCOPE: Final = ("facility_id", "province_code", "regency_code", "owner_ministry")
_OF_FACILITY: Final = tuple(
    f"registry.facility.{name.removeprefix('facility_')}" for name in _SCOPE
)


class OpeningHours(Base):
    """Open on a weekday (ISO, 1 is Monday), local time, as long as it is valid.

    `valid_to` is the last day, open when None.
    """

    __tablename__ = "opening_hours"
    __table_args__ = (
        ForeignKeyConstraint(
            _SCOPE, _OF_FACILITY, onupdate="CASCADE", name="fk_opening_hours_facility"
        ),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("closes > opens", name="order"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
        ExcludeConstraint(
            ("facility_id", "="),
            ("weekday", "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            (
                text(
                    "int4range(CAST(extract(epoch FROM opens) AS integer),"
                    " CAST(extract(epoch FROM closes) AS integer))"
                ),
                "&&",
            ),
            using="gist",
            name="ex_opening_hours_validity",
        ),
    )

    facility_id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[time] = mapped_column(primary_key=True)
    closes: Mapped[time]
    valid_to: Mapped[date | None]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]


class ClosedDay(Base):
    """A day on which a facility is closed, whatever its week says."""

    __tablename__ = "closed_day"
    __table_args__ = (
        ForeignKeyConstraint(
            _SCOPE, _OF_FACILITY, onupdate="CASCADE", name="fk_closed_day_facility"
        ),
    )

    facility_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]


class NationalClosedDay(Base):
    """A public holiday: a day on which every facility that states hours is closed."""

    __tablename__ = "national_closed_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str]
