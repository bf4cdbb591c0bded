"""HTTP face of ordered reports."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from services.reporting.base import Idempotency, Job
from services.reporting.catalogue.rules import REPORTS
from services.reporting.formats.api import (
    FILES,
    ReportUnknownError,
    described_by,
    unknown_report,
)
from services.reporting.formats.rules import (
    MEDIA_TYPES,
    FormatPlacelessError,
    ReportFormat,
    area_dimension,
)
from services.reporting.indicators.rules import Report
from services.reporting.questions.rules import Question
from services.reporting.questions.schemas import cuts_of, question_of
from services.reporting.report_exports import operations, queries
from services.reporting.report_exports.rules import ExportNotReadyError, ExportUnknownError
from services.reporting.report_exports.schemas import Cut, ReportExportCreate, ReportExportRead
from services.reporting.report_exports.tables import ReportExport
from services.reporting.reports.api import REFUSALS, admit, told_of
from shared.schemas.jobs import JobState, Progress
from shared.scope import NOTHING, Permission
from shared.web.auth import Caller, Requires
from shared.web.links import absolute
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.parameters import UnknownParameterError
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/report-exports", tags=["reports"])

ReportReader = Annotated[Caller, Depends(Requires(Permission.REPORTS_READ))]
ExportId = Annotated[UUID, Path(description="The order's identifier.")]
_PATH: Final = "/v1/report-exports"


def _read(request: Request, export: ReportExport, job: Job) -> ReportExportRead:
    written = job.state is JobState.SUCCEEDED
    return ReportExportRead(
        id=export.id,
        report=export.report,
        format=export.format,
        status=job.state,
        progress=Progress(done=job.progress_done, total=job.progress_total),
        error=job.error,
        file_url=absolute(request, f"{_PATH}/{export.id}/file") if written else None,
        created_at=export.created_at,
        expires_at=export.expires_at,
    )


def _question(report: Report, given: dict[str, list[str]]) -> Question:
    try:
        return question_of(report, given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**each, "loc": ("body", "cut", *each["loc"])} for each in found]
        ) from error


def _parameters(report: Report) -> set[str]:
    return {each["name"] for each in cuts_of(report)["parameters"]} - {"format", "bom"}


def _cut(request: Request, caller: Caller, body: ReportExportCreate, now: datetime) -> Cut:
    """Return what is asked, admitted as the report itself would be."""
    report = REPORTS.get(body.report)
    if report is None:
        raise unknown_report(body.report, pointer="/report")
    given = {name: list(values) for name, values in body.cut.items()}
    unknown = given.keys() - _parameters(report)
    if unknown:
        raise UnknownParameterError(
            pointer="/cut", extra={"known_parameters": sorted(_parameters(report))}
        )
    question = _question(report, given)
    if body.format is ReportFormat.GEOJSON:
        area_dimension([*map(str, question.by)])
    asked = admit(report, question, caller=caller, now=now)
    return Cut(
        given=given,
        told=to_jsonable_python(told_of(report, question)),
        scope=queries.SCOPES.dump_python(asked.scope, mode="json"),
        # What anybody may see asks for no reach when it is taken.
        needs=queries.SCOPES.dump_python(NOTHING if asked.public else asked.scope, mode="json"),
        guarded=asked.guarded,
        at=asked.now,
        language=language_of(request),
    )


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ReportExportRead,
    responses=problems(ReportUnknownError, FormatPlacelessError, *REFUSALS),
)
async def create_report_export(
    *,
    request: Request,
    session: SessionDep,
    caller: ReportReader,
    once: OnceDep,
    now: Now,
    body: ReportExportCreate,
) -> Response:
    """Order a report as a file: up to 500,000 figures, of the caller's own area.

    The file is there for seven days, for who ordered it, while he reaches as far as he did then.
    """

    async def work() -> ReportExportRead:
        cut = _cut(request, caller, body, now)
        export, job = await operations.order_export(session, body, cut=cut, now=now)
        return _read(request, export, job)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_202_ACCEPTED,
        location=lambda made: f"{_PATH}/{made.id}",
    )


@router.get("/{export_id}", responses=problems(ExportUnknownError))
async def get_report_export(
    *,
    request: Request,
    response: Response,
    session: SessionDep,
    caller: ReportReader,
    now: Now,
    export_id: ExportId,
) -> ReportExportRead:
    """Return how far an order has come; while it is not finished, Retry-After tells when to ask."""
    export, job = await queries.get_export(
        session, export_id, taker=caller.actor.name, scope=caller.scope, now=now
    )
    if job.finished_at is None:
        response.headers["Retry-After"] = "1"
    return _read(request, export, job)


@router.get(
    "/{export_id}/file",
    response_class=Response,
    responses={**FILES, **problems(ExportUnknownError, ExportNotReadyError)},
)
async def get_report_export_file(
    *,
    request: Request,
    session: SessionDep,
    caller: ReportReader,
    now: Now,
    export_id: ExportId,
) -> Response:
    """Return the file of an order."""
    export, job = await queries.get_export(
        session, export_id, taker=caller.actor.name, scope=caller.scope, now=now, whole=True
    )
    standing = export.standing
    if export.content is None or standing is None:
        raise ExportNotReadyError(
            extra={"present": job.state, "allowed": [JobState.SUCCEEDED]}, retry_after_s=1
        )
    lag = standing["lag_seconds"]
    return Response(
        export.content,
        headers={
            "Balai-As-Of": standing["as_of"] or "",
            "Balai-Lag-Seconds": "" if lag is None else str(lag),
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="{export.file_name}"',
            "Link": described_by(request, REPORTS[export.report]),
        },
        media_type=MEDIA_TYPES[export.format],
    )
