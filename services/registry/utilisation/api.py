"""HTTP face of the figures of use."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Row

from services.registry.utilisation import queries
from services.registry.utilisation.queries import Asked
from services.registry.utilisation.rules import Cut, MonthsInvalidError, months_of
from services.registry.utilisation.schemas import UtilisationDims, UtilisationRead
from shared.schemas.base import AreaCode
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/utilisation", tags=["utilisation"])

RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
Month = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$", description="A month: 2027-01.")]


async def _asked(
    by: Annotated[Cut, Query(description="What the figures are cut by, beside the month.")],
    month: Month = None,
    first: Annotated[
        str | None,
        Query(alias="from", pattern=r"^\d{4}-\d{2}$", description="The first month, with `to`."),
    ] = None,
    last: Annotated[
        str | None,
        Query(alias="to", pattern=r"^\d{4}-\d{2}$", description="The last month, with `from`."),
    ] = None,
    facility_id: Annotated[UUID | None, Query(description="Only this facility.")] = None,
    area: Annotated[AreaCode | None, Query(description="Any area code: all within it.")] = None,
) -> Asked:
    return Asked(by, months_of(month, first, last), facility_id, area)


@router.get("", responses=problems(MonthsInvalidError, CursorInvalidError))
async def list_utilisation(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    asked: Annotated[Asked, Depends(_asked)],
) -> Page[UtilisationRead]:
    """List how much of their hours spaces were used, and which idle hours by which ministry."""
    after = None
    if page.after is not None:
        after = (str(page.after[0]), date.fromisoformat(str(page.after[1])))
    rows = await queries.utilisation(session, asked, after=after, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.key, row.first.isoformat()],
        read=lambda row: _read(row, asked.cut),
    )


def _read(row: Row[*tuple[Any, ...]], cut: Cut) -> UtilisationRead:
    return UtilisationRead(
        dims=UtilisationDims(
            month=f"{row.first:%Y-%m}",
            province_code=row.province_code,
            regency_code=None if cut is Cut.PROVINCE else row.regency_code,
            facility_id=row.facility_id if cut in (Cut.FACILITY, Cut.SPACE) else None,
            space_id=UUID(row.key) if cut is Cut.SPACE else None,
        ),
        spaces=row.spaces,
        spaces_without_hours=row.unstated,
        hours_open=row.hours_open,
        hours_booked=row.hours_booked,
        hours_used=row.hours_used,
        rate=row.rate,
        idle_hours_used=row.idle_hours_used,
        by_ministry=row.by_ministry or {},
    )
