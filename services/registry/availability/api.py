"""HTTP face of the search for free spaces."""

from fastapi import APIRouter, Request, Response

from services.registry.availability import queries, rules
from services.registry.availability.queries import Wish
from services.registry.availability.schemas import FreeSlotQuery, FreeSpaceRead
from services.registry.facilities.rules import NearInvalidError, circle_of
from services.registry.pages.api import answer_page
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.lean import lean, lean_query, lean_query_openapi
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, page_request
from shared.web.problems import ValidationFailedError

router = APIRouter(prefix="/free-slots", tags=["availability"])


@router.get(
    "",
    response_model=Page[FreeSpaceRead],
    responses=problems(
        NearInvalidError, rules.WindowInvalidError, CursorInvalidError, ValidationFailedError
    ),
    openapi_extra=lean_query_openapi(FreeSlotQuery),
)
@lean(Requires(Permission.REGISTRY_READ))
async def list_free_slots(request: Request, _: Caller) -> Response:
    """List spaces that hold so many, and are open and free at the wanted hours of the days."""
    query = lean_query(request, FreeSlotQuery)
    rules.check_hours(query.starts, query.ends)
    days = rules.wanted_days(
        query.first, query.last, weekdays=query.weekdays, at_least=query.at_least_days
    )
    page = await page_request(request, query.limit, query.after)
    wish = Wish(
        people=query.people,
        days=days,
        starts=query.starts,
        ends=query.ends,
        at_least=query.at_least_days or len(days),
        area=query.area,
        trade=query.trade,
        kinds=query.kind,
        facility_kinds=query.facility_kind,
        circle=circle_of(query.near, query.radius_km),
    )
    found = await queries.page_of_free_spaces(
        request.scope["state"]["sessions"], wish, after=page.after, limit=page.limit
    )
    return answer_page(request, found)
