"""HTTP face of opening hours and closed days."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from services.registry.access.rules import OutOfScopeError
from services.registry.facilities.queries import get_facility, get_facility_for_change
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.opening_hours import operations, queries, rules
from services.registry.opening_hours.queries import Stated
from services.registry.opening_hours.schemas import (
    DayClosedRead,
    NationalClosedDaysChange,
    NationalClosedDaysRead,
    OpeningHoursChange,
    OpeningHoursRead,
    OpenWeekRead,
)
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(tags=["opening-hours"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
Year = Annotated[int, Path(ge=2000, le=2200, description="The year of the list.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
FacilityWriter = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]
# Whoever looks after the rooms of a centre also says when they are open.
SpaceWriter = Annotated[Caller, Depends(Requires(Permission.SPACES_WRITE))]

_NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "Not Modified"}}
_EXAMPLE: Final = {
    "weeks": [
        {
            "valid_from": "2027-01-01",
            "valid_to": None,
            "intervals": [
                {"weekday": 1, "opens": "08:00", "closes": "16:00"},
                {"weekday": 5, "opens": "08:00", "closes": "11:30"},
                {"weekday": 5, "opens": "13:00", "closes": "16:00"},
            ],
        }
    ],
    "closed_days": [{"day": "2027-08-17", "reason": "Hari Kemerdekaan"}],
}
_HOLIDAYS: Final = {"days": [{"day": "2027-08-17", "reason": "Hari Kemerdekaan"}]}


@router.get(
    "/facilities/{facility_id}/opening-hours",
    response_model=OpeningHoursRead,
    responses={**problems(FacilityNotFoundError), **_NOT_MODIFIED},
)
async def get_opening_hours(
    request: Request, session: SessionDep, _: RegistryReader, facility_id: FacilityId
) -> Response:
    """Return when a facility is open: its weeks with their validity, and its closed days."""
    await get_facility(session, facility_id)
    stated = await queries.stated_by(session, facility_id)
    return not_modified(request, etag_of(stated.version)) or _answer(facility_id, stated)


@router.put(
    "/facilities/{facility_id}/opening-hours",
    response_model=OpeningHoursRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityClosedError,
        rules.HoursOrderError,
        rules.HoursOverlapError,
        rules.ClosedDayRepeatedError,
        rules.ClosedDayAloneError,
    ),
)
async def state_opening_hours(
    session: SessionDep,
    caller: SpaceWriter,
    facility_id: FacilityId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[OpeningHoursChange, Body(examples=[_EXAMPLE])],
) -> Response:
    """Replace all that a facility states about when it is open; If-Match carries what was read."""
    facility = await get_facility_for_change(session, facility_id, scope=caller.scope)
    check_match(if_match, (await queries.stated_by(session, facility_id)).version)
    await operations.state_hours(session, facility, body, now=now)
    return _answer(facility_id, await queries.stated_by(session, facility_id))


@router.get(
    "/closed-days/{year}", response_model=NationalClosedDaysRead, responses={**_NOT_MODIFIED}
)
async def get_closed_days(
    request: Request, session: SessionDep, _: RegistryReader, year: Year
) -> Response:
    """Return the public holidays of a year."""
    days = await queries.national_closed_days(session, year)
    return not_modified(request, etag_of(rules.fingerprint((), days))) or _answer_days(year, days)


@router.put(
    "/closed-days/{year}",
    response_model=NationalClosedDaysRead,
    responses=problems(OutOfScopeError, rules.ClosedDayRepeatedError, rules.ClosedDayYearError),
)
async def state_closed_days(
    session: SessionDep,
    caller: FacilityWriter,
    year: Year,
    if_match: IfMatch,
    now: Now,
    body: Annotated[NationalClosedDaysChange, Body(examples=[_HOLIDAYS])],
) -> Response:
    """Replace the public holidays of a year; only whoever acts for the whole country may."""
    present = await queries.national_closed_days(session, year, for_update=True)
    check_match(if_match, rules.fingerprint((), present))
    await operations.state_national_days(session, year, body.days, scope=caller.scope, now=now)
    return _answer_days(year, await queries.national_closed_days(session, year))


def _answer(facility_id: UUID, stated: Stated) -> Response:
    read = OpeningHoursRead(
        facility_id=facility_id,
        weeks=[OpenWeekRead.model_validate(week) for week in stated.weeks],
        closed_days=[DayClosedRead(day=day, reason=reason) for day, reason in stated.closed_days],
    )
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(stated.version)},
    )


def _answer_days(year: int, days: list[tuple[date, str]]) -> Response:
    read = NationalClosedDaysRead(
        year=year, days=[DayClosedRead(day=day, reason=reason) for day, reason in days]
    )
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(rules.fingerprint((), days))},
    )
