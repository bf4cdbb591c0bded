"""HTTP face of changes."""

import hashlib
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.changes import rules
from services.enrollment.changes.operations import note_reading, tell_changes
from services.enrollment.changes.schemas import ChangesPage
from services.enrollment.devices.queries import get_own_device
from services.enrollment.devices.rules import DeviceUnknownError
from services.enrollment.facility_packs.rules import packed, takes_gzip
from shared.scope import Permission
from shared.web.auth import Caller, Known
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, Cursors
from shared.web.session import SessionDep

router = APIRouter(tags=["offline"])

DeviceId = Annotated[UUID, Query(description="The caller's device, as it was registered.")]
After = Annotated[
    str | None,
    Query(description="Token of the last answer; without one the present state is told."),
]
Limit = Annotated[int, Query(ge=1, description="About how many changes; at most 500.")]
_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Vary": "Authorization, Accept-Encoding",
}


@router.get(
    "/changes",
    response_model=ChangesPage,
    responses=problems(DeviceUnknownError, rules.ChangesGoneError, CursorInvalidError),
)
async def list_changes(
    *,
    request: Request,
    session: SessionDep,
    caller: Known,
    device_id: DeviceId,
    now: Now,
    after: After = None,
    limit: Limit = 200,
) -> Response:
    """List what has changed of the classes that a device holds, and what it is to forget.

    The first call, without a token, tells the present state: the classes within the caller's scope
    that are planned or run, with timetables, openings, roll calls and who is on the roll, by masked
    names; over several pages where there is `more`. Each answer has the token of the next call.
    What leaves the scope, because it was moved or because the caller's assignment has changed, is
    told as removed. Whoever has no part in anything any more still learns here that his device is
    to delete all that it holds.
    """
    cursors: Cursors = request.scope["state"]["cursors"]
    binding = hashlib.sha256(b"changes\n" + device_id.bytes).digest()
    mark = None if after is None else rules.mark_of(cursors.decode_cursor(after, binding))
    device = await get_own_device(session, device_id, owner=caller.actor.name)
    await note_reading(session, device, now=now)
    if device.revoked_at is not None or not caller.actor.may(Permission.SYNC_USE):
        return _answer(request, ChangesPage(items=[], wipe=True, as_of=now))
    page = await _page(session, caller, mark=mark, limit=limit, now=now)
    told, read = page
    token = cursors.encode_cursor(read.values(), binding)
    return _answer(request, told.model_copy(update={"token": token}))


async def _page(
    session: AsyncSession, caller: Caller, *, mark: rules.Mark | None, limit: int, now: datetime
) -> tuple[ChangesPage, rules.Mark]:
    told = await tell_changes(
        session,
        mark,
        scope=caller.actor.scope(Permission.SYNC_USE),
        limit=min(limit, rules.MOST_EVENTS),
        now=now,
    )
    page = ChangesPage(items=told.items, more=told.more, start=mark is None, as_of=now)
    return page, told.mark


def _answer(request: Request, page: ChangesPage) -> Response:
    body, headers = page.model_dump_json(exclude_none=True).encode(), dict(_HEADERS)
    if takes_gzip(request.headers.get("accept-encoding", "")):
        body, headers = packed(body), {**headers, "Content-Encoding": "gzip"}
    return Response(body, headers=headers, media_type="application/json")
