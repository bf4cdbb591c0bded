"""HTTP face of access copies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from services.enrollment.access_copies import operations, rules
from services.enrollment.participants.api import NikPolicyDep
from services.enrollment.participants.rules import is_self
from services.enrollment.privacy_requests.queries import get_request
from services.enrollment.privacy_requests.rules import RequestUnknownError
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/privacy-requests", tags=["privacy"])

RequestId = Annotated[UUID, Path(description="The request's identifier.")]
Asker = Annotated[Caller, Depends(Requires(Permission.PRIVACY_REQUEST))]


@router.get(
    "/{request_id}/copy",
    response_class=Response,
    responses={
        **problems(RequestUnknownError, rules.CopyMissingError, rules.CopyNotYoursError),
        200: {"content": {"application/json": {}}, "description": "All that is kept, by service."},
    },
)
async def get_access_copy(
    *,
    session: SessionDep,
    caller: Asker,
    policy: NikPolicyDep,
    now: Now,
    request_id: RequestId,
) -> Response:
    """Return all that the three services keep of a person, for fourteen days.

    It is for the person, whose login has been bound by NIK, birth date and code, or for a handler
    who hands it over; taking it is noted.
    """
    found = await get_request(session, request_id, scope=caller.scope)
    himself = is_self(found.participant_id, scope=caller.scope)
    if not himself and not caller.actor.may(Permission.PRIVACY_HANDLE):
        raise rules.CopyNotYoursError
    content = await operations.read_copy(
        session,
        found.participant_id,
        found.id,
        keys=policy.keys,
        himself=himself,
        now=now,
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="balai-{request_id}.json"',
    }
    return Response(content, headers=headers, media_type="application/json")
