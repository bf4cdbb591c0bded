"""HTTP face of attendance."""

from http import HTTPStatus
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response

from services.enrollment.attendance import operations, queries, rules
from services.enrollment.attendance.operations import Recorder, Roll
from services.enrollment.attendance.schemas import (
    AttendanceSummary,
    CorrectionRead,
    EntryRead,
    RollCall,
    RosterRow,
    SheetDetail,
    SheetRead,
)
from services.enrollment.base import Idempotency
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.openings.rules import RollRefusedError
from services.enrollment.sheets.queries import list_corrections
from shared.errors import StaleError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, PageRequest, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}", tags=["attendance"])

AttendanceReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
ClassRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
Position: TypeAlias = Annotated[
    int, Path(ge=1, le=10_000, description="Number of the session in the timetable, from 1.")
]
BaseVersion: TypeAlias = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="ETag of the sheet that is corrected; left out when the roll is called first.",
        examples=['"3"'],
    ),
]

_HERE: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_LATE: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12"
CallBody: TypeAlias = Annotated[
    RollCall,
    Body(
        examples=[
            {
                "entries": [
                    {"enrollment_id": _HERE, "status": "PRESENT"},
                    {"enrollment_id": _LATE, "status": "LATE", "minutes_late": 10},
                ],
                "taken_at": "2027-02-08T01:10:00Z",
                "device_id": "hp-balai-1",
            }
        ]
    ),
]


def recorder_of(caller: Caller) -> Recorder:
    """Return who tells of attendance, and how far he may."""
    office = caller.actor.scope(Permission.CLASSES_WRITE)
    return Recorder(name=caller.actor.name, scope=caller.scope, office=office)


def _check_base(roll: Roll, base: str | None) -> None:
    """Refuse a second first call, and a correction of what the caller has not read."""
    if roll.sheet is None:
        if base is not None:
            raise StaleError
    elif base is None:
        raise rules.AttendanceTakenError(extra={"version": roll.sheet.version})
    else:
        check_match(base, roll.sheet.version)


@router.post(
    "/sessions/{position}/attendance",
    response_model=SheetRead,
    responses=problems(
        ClassUnknownError,
        OutsideScopeError,
        rules.SessionUnknownError,
        rules.SessionNotStartedError,
        rules.AttendanceClosedError,
        rules.AttendanceTakenError,
        rules.AttendanceLockedError,
        rules.ReasonMissingError,
        rules.TakenAtError,
        RollRefusedError,
        StaleError,
    ),
)
async def record_attendance(
    session: SessionDep,
    *,
    caller: ClassRunner,
    class_id: ClassId,
    position: Position,
    body: CallBody,
    once: OnceDep,
    now: Now,
    if_match: BaseVersion = None,
) -> Response:
    """Report the roll call of a session, be it later from a device that had no network.

    Sent again with the ETag of the sheet in If-Match it corrects: what it says of somebody takes
    the place of what was said, and stays readable among the corrections; who is not named stays as
    he was. When the programme's period is over only an office corrects, and says why.
    """
    by = recorder_of(caller)

    async def work() -> SheetRead:
        roll = await operations.take_roll(
            session, class_id=class_id, position=position, call=body, by=by, now=now
        )
        _check_base(roll, if_match)
        return await operations.record_call(session, roll, call=body, by=by, now=now)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=HTTPStatus.CREATED if if_match is None else HTTPStatus.OK,
        location=lambda sheet: f"/v1/classes/{class_id}/sessions/{sheet.position}/attendance",
        etag=lambda sheet: etag_of(sheet.version),
    )


@router.get(
    "/sessions/{position}/attendance",
    responses=problems(ClassUnknownError, rules.SessionUnknownError, rules.SheetUnknownError),
)
async def get_attendance(
    session: SessionDep,
    caller: AttendanceReader,
    class_id: ClassId,
    position: Position,
    response: Response,
) -> SheetDetail:
    """Read the roll call of a session of a class within the caller's area or facilities."""
    sheet = await queries.get_sheet(session, class_id, position, scope=caller.scope)
    class_ = await get_class(session, class_id)
    roll = await operations.open_roll(session, class_, position, people=())
    response.headers["ETag"] = etag_of(sheet.version)
    return SheetDetail(
        **operations.read_of(sheet, roll).model_dump(),
        entries=[
            EntryRead(
                enrollment_id=person,
                status=mark.status,
                minutes_late=mark.minutes_late,
                note_code=mark.note_code,
            )
            for person, mark in roll.marks.items()
        ],
    )


@router.get(
    "/sessions/{position}/attendance/corrections",
    responses=problems(ClassUnknownError, rules.SheetUnknownError, CursorInvalidError),
)
async def list_attendance_corrections(
    request: Request,
    session: SessionDep,
    *,
    caller: AttendanceReader,
    class_id: ClassId,
    position: Position,
    page: PageArgs,
) -> Page[CorrectionRead]:
    """List what a sheet said before each of its corrections, the first of them first."""
    await queries.get_sheet(session, class_id, position, scope=caller.scope)
    after = 0 if page.after is None else int(page.after[0] or 0)
    rows = await list_corrections(session, class_id, position, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.version], read=CorrectionRead)


def _after(page: PageRequest) -> UUID | None:
    return None if page.after is None else UUID(str(page.after[0]))


@router.get("/attendance", responses=problems(ClassUnknownError, CursorInvalidError))
async def list_attendance(
    request: Request,
    session: SessionDep,
    caller: AttendanceReader,
    class_id: ClassId,
    page: PageArgs,
) -> Page[RosterRow]:
    """List who holds a seat and what was said at each session, in the order of the enrollments.

    Only those whom the caller may see, their names masked. Of a session without a mark of somebody
    nothing was said.
    """
    await get_class(session, class_id)
    rows = await queries.list_rows(
        session, class_id, scope=caller.scope, after=_after(page), limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=_key, read=lambda row: row)


@router.get("/attendance/summary", responses=problems(ClassUnknownError, CursorInvalidError))
async def list_attendance_summaries(
    request: Request,
    session: SessionDep,
    *,
    caller: AttendanceReader,
    class_id: ClassId,
    now: Now,
    page: PageArgs,
) -> Page[AttendanceSummary]:
    """List how each person stands by the programme's rule, and the days on which each attended."""
    rows = await queries.list_summaries(
        session, class_id, scope=caller.scope, after=_after(page), limit=page.fetch, now=now
    )
    return page_of(request, rows, page.limit, key=_key, read=lambda row: row)


def _key(row: RosterRow | AttendanceSummary) -> list[str]:
    return [str(row.enrollment_id)]
