"""HTTP face of alarms."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.reporting.alarms import operations, queries, rules
from services.reporting.alarms.schemas import AlarmAcknowledge, AlarmRead
from services.reporting.base import Idempotency
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/alarms", tags=["rebuilds"])

# Whoever orders recounts may read this, and so may auditors.
AlarmReader = Annotated[Caller, Depends(Requires(Permission.AUDIT_READ))]
AlarmAnswerer = Annotated[Caller, Depends(Requires(Permission.REPORTS_REBUILD))]
AlarmId = Annotated[UUID, Path(description="The alarm's identifier.")]


@router.get("", responses=problems(CursorInvalidError))
async def list_alarms(
    request: Request,
    session: SessionDep,
    caller: AlarmReader,
    page: PageArgs,
    is_open: Annotated[
        bool | None, Query(alias="open", description="Only those nobody has acknowledged.")
    ] = None,
) -> Page[AlarmRead]:
    """List the alarms of recounts that found figures to differ, the newest first."""
    rows = await queries.list_alarms(
        session,
        scope=caller.scope,
        is_open=is_open,
        after=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: (str(row.id),), read=AlarmRead)


@router.get("/{alarm_id}", response_model=AlarmRead, responses=problems(rules.AlarmUnknownError))
async def get_alarm(session: SessionDep, caller: AlarmReader, alarm_id: AlarmId) -> Response:
    """Return one alarm: the table, and the cells that differ with what is shown and recounted."""
    alarm = await queries.get_alarm(session, alarm_id, scope=caller.scope)
    read = AlarmRead.model_validate(alarm)
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(alarm.version)},
    )


@router.post(
    "/{alarm_id}/acknowledgement",
    status_code=status.HTTP_201_CREATED,
    response_model=AlarmRead,
    responses=problems(rules.AlarmUnknownError, rules.AlarmAcknowledgedError),
)
async def acknowledge_alarm(
    *,
    session: SessionDep,
    caller: AlarmAnswerer,
    once: OnceDep,
    now: Now,
    alarm_id: AlarmId,
    body: Annotated[AlarmAcknowledge, Body()],
) -> Response:
    """End an alarm and say why the figures differed; a later difference raises another."""

    async def work() -> AlarmRead:
        alarm = await operations.acknowledge_alarm(
            session, alarm_id, scope=caller.scope, reason=body.reason, now=now
        )
        return AlarmRead.model_validate(alarm)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda read: f"/v1/alarms/{read.id}",
        etag=lambda read: etag_of(read.version),
    )
