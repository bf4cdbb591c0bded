"""HTTP face of local potential."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.rules import AreaUnknownError
from services.registry.areas.schemas import RegionCode
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityNotFoundError
from services.registry.potential import operations, queries, rules
from services.registry.potential.queries import PotentialFilter
from services.registry.potential.schemas import (
    Division,
    PotentialRead,
    PotentialStated,
    Trade,
    UnmetTradesRead,
)
from shared.clock import ledger_day
from shared.errors import StaleError
from shared.schemas.base import RegencyCode
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, etag_of, not_modified
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/potential", tags=["potential"])
facility_router = APIRouter(prefix="/facilities/{facility_id}/unmet-trades", tags=["potential"])

Regency = Annotated[RegencyCode, Path(description="Kemendagri code of a regency: 33.73.")]
Year = Annotated[int, Path(ge=2000, le=2100, description="The year that is stated.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
PotentialWriter = Annotated[Caller, Depends(Requires(Permission.POTENTIAL_WRITE))]

_EXAMPLE: Final = {
    "source": "BPS Kota Contoh, Kota dalam Angka 2026 (DATA SINTETIS)",
    "commodities": [{"rank": 1, "name": "Abon sapi", "scheme": "2020", "division": "10"}],
    "demands": [{"trade": "GARMENT", "scheme": "2020", "division": "14", "people": 350}],
}


def _narrowed(
    area: Annotated[RegionCode | None, Query()] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    trade: Annotated[Trade | None, Query(description="Where it is asked for.")] = None,
    division: Annotated[Division | None, Query(description="Of KBLI, two digits.")] = None,
) -> PotentialFilter:
    return PotentialFilter(area, year, trade, division)


@router.get("", responses=problems(CursorInvalidError))
async def list_potential(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    wanted: Annotated[PotentialFilter, Depends(_narrowed)],
) -> Page[PotentialRead]:
    """List what is stated of regencies, in the order of their codes and of the years."""
    after = None if page.after is None else (str(page.after[0]), int(str(page.after[1])))
    rows = await queries.list_potential(session, wanted, after=after, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.regency_code, row.year],
        read=PotentialRead,
    )


@router.get(
    "/{regency_code}/{year}",
    response_model=PotentialRead,
    responses={**problems(rules.PotentialNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_potential(
    request: Request, session: SessionDep, _: RegistryReader, regency_code: Regency, year: Year
) -> Response:
    """Return what is stated of a regency for a year."""
    potential = await queries.get_potential(session, regency_code, year)
    return not_modified(request, etag_of(potential.version)) or _answer(potential)


@router.put(
    "/{regency_code}/{year}",
    response_model=PotentialRead,
    responses=problems(OutOfScopeError, AreaUnknownError, rules.PotentialRepeatedError),
)
async def state_potential(
    *,
    session: SessionDep,
    caller: PotentialWriter,
    regency_code: Regency,
    year: Year,
    if_match: IfMatch,
    now: Now,
    body: Annotated[PotentialStated, Body(examples=[_EXAMPLE])],
) -> Response:
    """State what a regency makes best and asks for in a year, in place of what was stated.

    If-Match carries the version that was read, `"0"` when nothing has been stated yet.
    """
    await operations.state_potential(
        session,
        regency_code,
        year,
        body,
        scope=caller.scope,
        read_version=_version(if_match),
        now=now,
        today=ledger_day(now),
    )
    return _answer(await queries.get_potential(session, regency_code, year))


def _version(if_match: str) -> int | None:
    """Return the version that a strong ETag names, None for any.

    Raises:
        StaleError: when it is not an ETag of ours.
    """
    if if_match.strip() == "*":
        return None
    number = if_match.strip().strip('"')
    if not (number.isascii() and number.isdecimal()) or if_match.strip() != etag_of(int(number)):
        raise StaleError
    return int(number)


@facility_router.get("", responses=problems(FacilityNotFoundError))
async def get_unmet_trades(
    session: SessionDep,
    _: RegistryReader,
    now: Now,
    facility_id: Annotated[UUID, Path(description="The facility's identifier.")],
    radius_km: Annotated[
        float | None, Query(gt=0, le=500, description="How far the surroundings reach.")
    ] = None,
) -> UnmetTradesRead:
    """Return which trades the surroundings of a centre ask for and nobody offers."""
    facility = await get_facility(session, facility_id)
    return await queries.unmet_trades(session, facility, radius_km=radius_km, today=ledger_day(now))


def _answer(potential: PotentialRead) -> Response:
    return Response(
        potential.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(potential.version)},
    )
