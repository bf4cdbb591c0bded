"""Changes to opening hours, each within the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Base, Event
from services.registry.facilities.rules import FacilityClosedError
from services.registry.facilities.tables import Facility
from services.registry.opening_hours import rules
from services.registry.opening_hours.schemas import DayClosed, OpeningHoursChange
from services.registry.opening_hours.tables import ClosedDay, NationalClosedDay, OpeningHours
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.schemas.registry import ClosedDaysStated, FacilityStatus, OpeningHoursStated, Topic
from shared.scope import Place, Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "ex_opening_hours_validity": rules.HoursOverlapError,
}
# The stream of the events about the nation's closed days, one for each year.
_NATION: Final = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e00")


async def state_hours(
    session: AsyncSession, facility: Facility, body: OpeningHoursChange, *, now: datetime
) -> None:
    """Replace all that a locked facility states about when it is open.

    Bookings that were approved stay; later ones are judged by the new hours.

    Raises:
        FacilityClosedError: when the facility is closed.
        HoursOrderError, HoursOverlapError, ClosedDayRepeatedError, ClosedDayAloneError: when what
            is stated contradicts itself.
    """
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError
    weeks = [week.week() for week in body.weeks]
    rules.check_weeks(weeks)
    rules.check_closed_days([each.day for each in body.closed_days], weeks=weeks)
    where = _where(facility)
    await session.execute(delete(OpeningHours).where(OpeningHours.facility_id == facility.id))
    await session.execute(delete(ClosedDay).where(ClosedDay.facility_id == facility.id))
    try:
        await _insert(session, OpeningHours, _hour_rows(weeks, where))
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _insert(session, ClosedDay, [{**where, **each.model_dump()} for each in body.closed_days])
    await emit(
        session,
        Event,
        topic=Topic.OPENING_HOURS_STATED,
        stream_id=facility.id,
        event=OpeningHoursStated(
            facility_id=facility.id, weeks=len(weeks), closed_days=len(body.closed_days)
        ),
        place=place_of(facility),
        occurred_at=now,
    )


def _where(facility: Facility) -> dict[str, Any]:
    return {
        "facility_id": facility.id,
        "province_code": facility.province_code,
        "regency_code": facility.regency_code,
        "owner_ministry": facility.owner_ministry,
    }


def _hour_rows(weeks: Sequence[rules.Week], where: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**where, "valid_from": week.valid_from, "valid_to": week.valid_to, **asdict(each)}
        for week in weeks
        for each in rules.joined(week.intervals)
    ]


async def _insert(session: AsyncSession, table: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        await session.execute(insert(table), rows)


async def state_national_days(
    session: AsyncSession, year: int, days: Sequence[DayClosed], *, scope: Scope, now: datetime
) -> None:
    """Replace the public holidays of a year.

    Raises:
        OutOfScopeError: when the caller's scope is not the whole country.
        ClosedDayRepeatedError, ClosedDayYearError: when the list is not one of that year.
    """
    if not scope.national:
        raise OutOfScopeError
    rules.check_national_days([each.day for each in days], year=year)
    of_year = NationalClosedDay.day.between(date(year, 1, 1), date(year, 12, 31))
    await session.execute(delete(NationalClosedDay).where(of_year))
    await _insert(session, NationalClosedDay, [each.model_dump() for each in days])
    await emit(
        session,
        Event,
        topic=Topic.CLOSED_DAYS_STATED,
        stream_id=uuid5(_NATION, str(year)),
        event=ClosedDaysStated(year=year, days=[each.day for each in days]),
        place=Place(),
        occurred_at=now,
    )
