"""HTTP face of breach reports."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.breach_reports import operations, queries, rules
from services.enrollment.breach_reports.rules import BreachState, authority_notice
from services.enrollment.breach_reports.schemas import (
    BreachCreate,
    BreachRead,
    NoticeText,
    SubjectRead,
)
from services.enrollment.breach_reports.tables import BreachReport
from services.enrollment.devices.rules import DeviceUnknownError
from services.enrollment.notices.rules import NoticesOffError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/breach-reports", tags=["privacy"])

ReportId = Annotated[UUID, Path(description="The report's identifier.")]
Handler = Annotated[Caller, Depends(Requires(Permission.PRIVACY_HANDLE))]
_EXAMPLE: Final = {
    "since": "2027-02-01T00:00:00Z",
    "until": "2027-02-03T00:00:00Z",
    "actor": "https://login.contoh.example|operator-17",
}


def _read(report: BreachReport) -> BreachRead:
    notice = None
    if report.state is not BreachState.SEARCHING:
        told = authority_notice(
            report_id=report.id,
            since=report.since,
            until=report.until,
            discovered_at=report.discovered_at,
            people=report.people,
            reads=report.reads,
            changes=report.changes,
        )
        notice = NoticeText(id=told.id, en=told.en)
    members = {
        name: getattr(report, name)
        for name in BreachRead.model_fields
        if name != "authority_notice"
    }
    return BreachRead(**members, authority_notice=notice)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=BreachRead,
    responses=problems(rules.BreachSpanError, rules.BreachActorError, DeviceUnknownError),
)
async def file_breach_report(
    session: SessionDep,
    _: Handler,
    once: OnceDep,
    now: Now,
    body: Annotated[BreachCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Have a job find out whose data somebody, a device or an issuer's logins read or changed.

    People and authority are to be told within 3x24 hours of the discovery (`due_at`).
    """

    async def work() -> BreachRead:
        return _read(await operations.file_report(session, body, now=now))

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/breach-reports/{made.id}",
    )


@router.get("/{report_id}", responses=problems(rules.BreachUnknownError))
async def get_breach_report(session: SessionDep, _: Handler, report_id: ReportId) -> BreachRead:
    """Return a report with the text for the authority, which names no person."""
    return _read(await queries.get_report(session, report_id))


@router.get(
    "/{report_id}/participants",
    responses=problems(rules.BreachUnknownError, CursorInvalidError),
)
async def list_breach_participants(
    request: Request, session: SessionDep, _: Handler, report_id: ReportId, page: PageArgs
) -> Page[SubjectRead]:
    """List whose data were read or changed, by id, and how often."""
    await queries.get_report(session, report_id)
    after = None if page.after_text is None else UUID(page.after_text)
    rows = await queries.list_subjects(session, report_id, after=after, limit=page.fetch)
    return page_of(
        request, rows, page.limit, key=lambda row: [str(row.participant_id)], read=SubjectRead
    )


async def _sends(request: Request) -> None:
    """Refuse to promise what this installation does not do.

    Raises:
        NoticesOffError: when notices are switched off.
    """
    if not request.scope["state"]["settings"].sends_notices:
        raise NoticesOffError


@router.post(
    "/{report_id}/notify",
    response_model=BreachRead,
    responses=problems(rules.BreachUnknownError, rules.BreachStateError, NoticesOffError),
    dependencies=[Depends(_sends)],
)
async def notify_breach_participants(
    session: SessionDep, _: Handler, once: OnceDep, report_id: ReportId
) -> Response:
    """Have everybody told whose data it was, restricted or not; nobody is told twice."""

    async def work() -> BreachRead:
        report = await queries.get_report(session, report_id, for_update=True)
        return _read(await operations.order_notices(session, report))

    return await answer_once(session, Idempotency, once, work)
