"""HTTP face of traces."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request

from services.reporting.catalogue.rules import REPORTS
from services.reporting.indicators.rules import Report
from services.reporting.past_figures.rules import (
    AsOfInTheFutureError,
    PastNotOfferedError,
    check_past,
)
from services.reporting.questions.rules import (
    DimensionNotOfferedError,
    IndicatorUnknownError,
    PeriodEndsBeforeItStartsError,
    ValueUnknownError,
)
from services.reporting.questions.schemas import cuts_of_any
from services.reporting.reports.api import read_question
from services.reporting.reports.queries import Asked
from services.reporting.traces import operations
from services.reporting.traces.rules import (
    Contribution,
    Place,
    TraceNeedsIndicatorError,
    TraceNotOfferedError,
)
from services.reporting.traces.schemas import TracedEventRead, TraceItem
from shared.clock import utc_now
from shared.errors import NotFoundError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, next_page
from shared.web.session import SessionDep

router = APIRouter(prefix="/reports", tags=["reports"])

Tracer = Annotated[Caller, Depends(Requires(Permission.REPORTS_TRACE))]
ReportCode = Annotated[str, Path(description="The report's code: funnel.", max_length=40)]


def _report(code: str) -> Report:
    report = REPORTS.get(code)
    if report is None:
        raise NotFoundError
    return report


def _item(each: Contribution) -> TraceItem:
    ids = each.subject.ids
    return TraceItem(
        enrollment_id=ids.get("enrollment_id"),
        application_id=ids.get("application_id"),
        class_id=ids.get("class_id"),
        facility_id=ids.get("facility_id"),
        participant_id=ids.get("participant_id"),
        delta=each.delta,
        events=[TracedEventRead.model_validate(event) for event in each.subject.events],
    )


def _place(after: Sequence[object]) -> Place:
    stream_id, subject_id, part = map(str, after)
    return Place(UUID(stream_id), UUID(subject_id), int(part))


@router.get(
    "/{report}/trace",
    openapi_extra=cuts_of_any("by", "compare_from", "compare_to"),
    responses=problems(
        NotFoundError,
        DimensionNotOfferedError,
        IndicatorUnknownError,
        ValueUnknownError,
        PeriodEndsBeforeItStartsError,
        AsOfInTheFutureError,
        PastNotOfferedError,
        TraceNeedsIndicatorError,
        TraceNotOfferedError,
        CursorInvalidError,
    ),
)
async def trace_figure(
    report: ReportCode,
    caller: Tracer,
    session: SessionDep,
    request: Request,
    page: PageArgs,
    now: Now,
) -> Page[TraceItem]:
    """Follow one figure to the people, classes or places that make it up, and to their events.

    Name its indicator and cut it as in the report: the deltas add up to the numerator within the
    caller's own area. A page may be short, or empty, although another follows. Who was looked at is
    written down.
    """
    traced = _report(report)
    question = read_question(traced, request.scope["query_string"])
    if question.as_of is not None:
        check_past(question.as_of.at, now=utc_now())
    found = await operations.trace_figure(
        session,
        report=traced,
        asked=Asked(question, caller.scope, now if question.as_of is None else question.as_of.at),
        after=_place(page.after) if page.after else None,
        limit=page.limit,
    )
    following = None
    if found.following is not None:
        following = next_page(request, [str(each) for each in found.following])
    return Page(items=[_item(each) for each in found.found], next=following)
