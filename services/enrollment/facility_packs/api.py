"""HTTP face of packs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.enrollment.facility_packs.queries import read_pack
from services.enrollment.facility_packs.rules import (
    FacilityUnknownError,
    packed,
    tag_of,
    takes_gzip,
)
from services.enrollment.facility_packs.schemas import FacilityPack
from services.enrollment.operator_logins.operations import note_login
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import not_modified
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/me/facilities/{facility_id}", tags=["attendance"])

ClassRunner = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
FacilityId = Annotated[UUID, Path(description="The facility.")]
Days = Annotated[
    int, Query(ge=1, le=120, description="Planned classes that start within so many days.")
]


@router.get("/pack", response_model=FacilityPack, responses=problems(FacilityUnknownError))
async def get_facility_pack(
    *,
    request: Request,
    session: SessionDep,
    caller: ClassRunner,
    facility_id: FacilityId,
    now: Now,
    days: Days = 60,
) -> Response:
    """Return in one answer what the head of a centre takes along on a phone.

    The classes that run or start soon, their sessions, who holds a seat, by masked names, and what
    the roll calls said so far. Gzipped for who accepts it; 304 with the ETag of what is the same.
    """
    pack = await read_pack(session, facility_id, scope=caller.scope, days=days, now=now)
    await note_login(session, caller.actor, now=now, only=[facility_id])
    body = pack.model_dump_json(exclude_none=True).encode()
    headers = {
        "ETag": tag_of(body),
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Accept-Encoding",
    }
    same = not_modified(request, headers["ETag"], headers=headers)
    if same is not None:
        return same
    if takes_gzip(request.headers.get("accept-encoding", "")):
        body, headers = packed(body), {**headers, "Content-Encoding": "gzip"}
    return Response(body, headers=headers, media_type="application/json")
