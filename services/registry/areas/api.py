"""HTTP face of areas."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.areas import queries
from services.registry.areas.queries import AreaFilter
from services.registry.areas.rules import AreaNotFoundError
from services.registry.areas.schemas import (
    AreaDetail,
    AreaImportMode,
    AreaSource,
    ImportAreas,
    MissingAreas,
)
from services.registry.base import Idempotency, Job, Upload
from services.registry.pages.api import answer_page
from shared.clock import ledger_day
from shared.db.imports import keep_upload
from shared.db.jobs import add_job
from shared.schemas.base import AreaCode
from shared.schemas.imports import UploadEmptyError
from shared.schemas.jobs import JobRead
from shared.schemas.paging import Page
from shared.schemas.registry import AreaLevel, AreaRead, AreaSuccession
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.jobs import job_path, job_read
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/areas", tags=["areas"])
imports_router = APIRouter(prefix="/area-imports", tags=["areas"])
successions_router = APIRouter(prefix="/area-successions", tags=["areas"])

Code = Annotated[AreaCode, Path(description="Kemendagri code with dots: 33.73.")]
On = Annotated[date | None, Query(description="The day on which the areas hold; today if none.")]
ReferenceImporter = Annotated[Caller, Depends(Requires(Permission.REFERENCE_IMPORT))]


@router.get("", response_model=Page[AreaRead], responses=problems(CursorInvalidError))
async def list_areas(
    *,
    request: Request,
    _: Public,
    now: Now,
    page: PageArgs,
    level: Annotated[AreaLevel | None, Query()] = None,
    parent: Annotated[AreaCode | None, Query(description="Code of the area one level up.")] = None,
    q: Annotated[
        str | None, Query(min_length=3, max_length=100, description="In the name.")
    ] = None,
    on: On = None,
) -> Response:
    """List areas in the order of their codes."""
    wanted = AreaFilter(on=on or ledger_day(now), level=level, parent=parent, q=q)
    found = await queries.page_of_areas(
        request.state.sessions, wanted, after=page.after_text, limit=page.limit
    )
    return answer_page(request, found)


@router.get("/{code}", responses=problems(AreaNotFoundError))
async def get_area(
    *,
    request: Request,
    session: SessionDep,
    _: Public,
    now: Now,
    code: Code,
    on: On = None,
) -> AreaDetail:
    """Return one area, with the areas that it came from and those that it went over into.

    The refusal of a code that is out of force names in `successors` the codes that followed it.
    """
    day = on or ledger_day(now)
    try:
        area = await queries.get_area(request.state.sessions, code, on=day)
    except AreaNotFoundError as error:
        successors = await queries.successors_of(session, code, on=day)
        if not successors:
            raise
        raise AreaNotFoundError(extra={"successors": successors}) from error
    return await queries.get_area_detail(session, area)


@router.get(
    "/{code}/children",
    response_model=Page[AreaRead],
    responses=problems(AreaNotFoundError, CursorInvalidError),
)
async def list_area_children(
    *, request: Request, _: Public, now: Now, code: Code, page: PageArgs, on: On = None
) -> Response:
    """List the areas one level below an area, in the order of their codes."""
    sessions, day = request.state.sessions, on or ledger_day(now)
    await queries.get_area(sessions, code, on=day)
    wanted = AreaFilter(on=day, parent=code)
    found = await queries.page_of_areas(sessions, wanted, after=page.after_text, limit=page.limit)
    return answer_page(request, found)


@imports_router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(UploadEmptyError),
)
async def import_areas(
    *,
    request: Request,
    session: SessionDep,
    _: ReferenceImporter,
    once: OnceDep,
    body: Annotated[bytes, Body(media_type="text/csv", description="Columns code and name.")] = b"",
    source: Annotated[AreaSource, Query(description="SHIPPED: no body is read.")] = AreaSource.FILE,
    valid_from: Annotated[date | None, Query(description="First day on which it holds.")] = None,
    decree: Annotated[str, Query(max_length=200, description="Where the list names one.")] = "",
    mode: Annotated[
        AreaImportMode, Query(description="validate: say what would change, and change nothing.")
    ] = AreaImportMode.COMMIT,
    missing: Annotated[
        MissingAreas, Query(description="end: codes in force that the list leaves out end.")
    ] = MissingAreas.KEEP,
) -> Response:
    """Load a list of areas of any levels; a code under a new name from a later day keeps its past.

    Rows that are there already change nothing, so that a list may be sent again. The job's rows
    say what became of each, `code: old name -> new name` where it changed; a validation also lists
    the codes in force that the list leaves out (MISSING), numbered after its last row.

    With `missing=end` they end (ENDED), but only by a list that covers each level that it names
    whole: it names an area below each parent that has such, leaves out no more than a tenth of a
    level, and none of its rows is refused. Otherwise the job fails and nothing has changed. A code
    with areas below it that are still in force stays. What stands on ended codes goes to the list
    of area work items.
    """

    async def work() -> JobRead:
        shipped = source is AreaSource.SHIPPED
        payload = ImportAreas(
            upload_id=None if shipped else await keep_upload(session, Upload, body),
            valid_from=valid_from or request.state.settings.areas_valid_from,
            decree=decree,
            mode=mode,
            missing=missing,
            language=language_of(request),
        )
        job = await add_job(session, Job, kind=ImportAreas.kind, payload=payload)
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )


@successions_router.get("", responses=problems(CursorInvalidError))
async def list_area_successions(
    *,
    request: Request,
    session: SessionDep,
    _: Public,
    page: PageArgs,
    level: Annotated[AreaLevel | None, Query(description="Of the areas that were.")] = None,
) -> Page[AreaSuccession]:
    """List which code became which on which day, those decreed for later included."""
    after = None
    if page.after is not None:
        code, day, new = map(str, page.after)
        after = (code, date.fromisoformat(day), new)
    rows = await queries.list_successions(session, level=level, after=after, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.old_code, row.valid_from.isoformat(), row.new_code],
        read=AreaSuccession,
    )
