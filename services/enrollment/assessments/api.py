"""HTTP face of assessments."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment import gateways
from services.enrollment.assessments import operations, queries, rules
from services.enrollment.assessments.operations import Assessed, Assessor
from services.enrollment.assessments.schemas import (
    AssessmentCorrectionRead,
    AssessmentRead,
    AssessmentSheetRead,
    AssessmentsWritten,
)
from services.enrollment.base import Idempotency
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.openings.rules import RollRefusedError
from shared.db.session import transaction
from shared.errors import StaleError
from shared.http.client import RegistryUnavailableError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}/assessments", tags=["assessments"])

AssessmentReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
ClassRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
BaseVersion: TypeAlias = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="ETag of the assessments that are changed; left out the first time.",
        examples=['"3"'],
    ),
]
_EXAMPLE: Final = {
    "entries": [
        {
            "enrollment_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
            "pre_score": 45,
            "post_score": 60,
            "units": {"C.10ROT00.001.1": True},
            "remedials": [{"taken_on": "2027-03-01", "score": 80}],
        }
    ]
}
Written: TypeAlias = Annotated[AssessmentsWritten, Body(examples=[_EXAMPLE])]


def _check_base(assessed: Assessed, base: str | None) -> None:
    """Refuse a second first report, and a change of what the caller has not read."""
    if assessed.sheet is None:
        if base is not None:
            raise StaleError
    elif base is None:
        raise rules.AssessmentsThereError(extra={"version": assessed.sheet.version})
    else:
        check_match(base, assessed.sheet.version)


async def _units(
    request: Request, class_id: UUID, written: AssessmentsWritten, *, caller: Caller
) -> Sequence[Mapping[str, str]] | None:
    """Return the units of the class's module from the registry, when they are needed at all.

    A published module never changes: the units are asked for once a class.
    """
    if not any(each.names_units for each in written.entries):
        return None
    state: Mapping[str, Any] = request.scope["state"]
    async with transaction(state["sessions"], scope=caller.scope, actor=caller.actor) as session:
        sheet = await queries.find_sheet(session, class_id)
        if sheet is not None and sheet.units is not None:
            return None
        module_id = (await get_class(session, class_id)).module_id
    return await gateways.units_of_module(state["registry"], module_id)


@router.post(
    "",
    response_model=AssessmentSheetRead,
    responses=problems(
        ClassUnknownError,
        OutsideScopeError,
        RollRefusedError,
        RegistryUnavailableError,
        StaleError,
        rules.AssessmentsClosedError,
        rules.AssessmentsThereError,
        rules.ReasonMissingError,
        rules.UnitNotTaughtError,
        rules.RemedialTooLateError,
    ),
)
async def record_assessments(
    request: Request,
    *,
    caller: ClassRunner,
    class_id: ClassId,
    body: Written,
    once: OnceDep,
    now: Now,
    if_match: BaseVersion = None,
) -> Response:
    """Record tests, units and remedials of some or all people of a class in one request.

    Sent again with the ETag in If-Match it changes what it names; what was said stays readable
    among the corrections. When the class has ended only an office corrects, and says why.
    """
    # No SessionDep: the registry is asked before the transaction.
    units = await _units(request, class_id, body, caller=caller)
    office = caller.actor.scope(Permission.CLASSES_WRITE)
    by = Assessor(caller.actor.name, scope=caller.scope, office=office)

    async def work(session: AsyncSession) -> AssessmentSheetRead:
        assessed = await operations.take_assessments(
            session, class_id=class_id, written=body, by=by
        )
        _check_base(assessed, if_match)
        return await operations.record_assessments(
            session, assessed, written=body, units=units, by=by, now=now
        )

    state = request.scope["state"]
    async with transaction(
        state["sessions"], scope=caller.scope, actor=caller.actor, ring=state["ring"]
    ) as session:
        return await answer_once(
            session,
            Idempotency,
            once,
            lambda: work(session),
            status=HTTPStatus.CREATED if if_match is None else HTTPStatus.OK,
            location=lambda sheet: f"/v1/classes/{sheet.class_id}/assessments",
            etag=lambda sheet: etag_of(sheet.version),
        )


@router.get("", responses=problems(ClassUnknownError, CursorInvalidError))
async def list_assessments(
    request: Request,
    session: SessionDep,
    *,
    caller: AssessmentReader,
    class_id: ClassId,
    page: PageArgs,
    response: Response,
) -> Page[AssessmentRead]:
    """List who holds a seat and what was said of each, names masked; the ETag is for changes."""
    await get_class(session, class_id)
    sheet = await queries.find_sheet(session, class_id)
    if sheet is not None:
        response.headers["ETag"] = etag_of(sheet.version)
    after = None if page.after is None else UUID(str(page.after[0]))
    rows = await queries.list_assessments(
        session, class_id, scope=caller.scope, after=after, limit=page.fetch
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [str(row.enrollment_id)], read=lambda row: row
    )


@router.get("/corrections", responses=problems(ClassUnknownError, CursorInvalidError))
async def list_assessment_corrections(
    request: Request,
    session: SessionDep,
    *,
    caller: AssessmentReader,
    class_id: ClassId,
    page: PageArgs,
) -> Page[AssessmentCorrectionRead]:
    """List what assessments said before each of their changes, the first of them first."""
    await queries.check_class_within(session, class_id, scope=caller.scope)
    after = 0 if page.after is None else int(page.after[0] or 0)
    rows = await queries.list_corrections(session, class_id, after=after, limit=page.fetch)
    return page_of(
        request, rows, page.limit, key=lambda row: [row.version], read=AssessmentCorrectionRead
    )
