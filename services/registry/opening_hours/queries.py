"""Reads of opening hours; they are nation-wide."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facilities.tables import Facility
from services.registry.opening_hours.rules import Hours, Interval, Week, fingerprint
from services.registry.opening_hours.tables import ClosedDay, NationalClosedDay, OpeningHours

_LOCK: Final = text("LOCK TABLE registry.national_closed_day IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a facility states itself: weeks by validity, closed days with their reasons."""

    weeks: tuple[Week, ...]
    closed_days: tuple[tuple[date, str], ...]

    @property
    def version(self) -> int:
        """The version of what is stated."""
        return fingerprint(self.weeks, self.closed_days)


async def stated_by(session: AsyncSession, facility_id: UUID) -> Stated:
    """Return what a facility states about when it is open."""
    return Stated(await _weeks(session, facility_id), await _closed_days(session, facility_id))


async def hours_of(session: AsyncSession, facility_id: UUID) -> Hours:
    """Return all that decides when a facility is open, public holidays included."""
    zone = (
        await session.execute(select(Facility.time_zone).where(Facility.id == facility_id))
    ).scalar_one()
    weeks = await _weeks(session, facility_id)
    if not weeks:
        return Hours(zone)
    own = select(ClosedDay.day).where(ClosedDay.facility_id == facility_id)
    closed = (await session.scalars(own.union(select(NationalClosedDay.day)))).all()
    return Hours(zone, weeks, frozenset(closed))


async def _weeks(session: AsyncSession, facility_id: UUID) -> tuple[Week, ...]:
    rows = await session.execute(
        select(
            OpeningHours.valid_from,
            OpeningHours.valid_to,
            OpeningHours.weekday,
            OpeningHours.opens,
            OpeningHours.closes,
        )
        .where(OpeningHours.facility_id == facility_id)
        .order_by(OpeningHours.valid_from, OpeningHours.weekday, OpeningHours.opens)
    )
    weeks: dict[tuple[date, date | None], list[Interval]] = defaultdict(list)
    for valid_from, valid_to, weekday, opens, closes in rows.all():
        weeks[valid_from, valid_to].append(Interval(weekday, opens, closes))
    return tuple(Week(*validity, tuple(found)) for validity, found in weeks.items())


async def _closed_days(session: AsyncSession, facility_id: UUID) -> tuple[tuple[date, str], ...]:
    rows = await session.execute(
        select(ClosedDay.day, ClosedDay.reason)
        .where(ClosedDay.facility_id == facility_id)
        .order_by(ClosedDay.day)
    )
    return tuple((day, reason) for day, reason in rows.all())


async def national_closed_days(
    session: AsyncSession, year: int, *, for_update: bool = False
) -> list[tuple[date, str]]:
    """Return the public holidays of a year, in order, with their reasons.

    `for_update` lets nobody else state any until the transaction ends.
    """
    if for_update:
        await session.execute(_LOCK)
    rows = await session.execute(
        select(NationalClosedDay.day, NationalClosedDay.reason)
        .where(NationalClosedDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(NationalClosedDay.day)
    )
    return [(day, reason) for day, reason in rows.all()]
