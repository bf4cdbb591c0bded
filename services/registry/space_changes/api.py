"""HTTP face of one space: its facts, its end, and when it is out of service."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.bookings.rules import (
    BookingIdTakenError,
    BookingStateRefusedError,
    SlotCountError,
    SlotInvalidError,
)
from services.registry.space_changes import operations, queries, rules
from services.registry.space_changes.schemas import ClosureCreate, ClosureRead
from services.registry.spaces.rules import (
    SpaceClosedError,
    SpaceNameTakenError,
    SpaceNotFoundError,
)
from services.registry.spaces.schemas import SpaceChange, SpaceRead
from services.registry.spaces.tables import Space
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/spaces", tags=["spaces"])

SpaceId = Annotated[UUID, Path(description="The space's identifier.")]
ClosureId = Annotated[UUID, Path(description="The closure's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
SpaceWriter = Annotated[Caller, Depends(Requires(Permission.SPACES_WRITE))]

_CLOSURE: Final = {
    "starts_at": "2027-05-03T01:00:00Z",
    "ends_at": "2027-05-08T01:00:00Z",
    "reason": "Perbaikan atap",
}


@router.get(
    "/{space_id}",
    response_model=SpaceRead,
    responses={**problems(SpaceNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_space(
    request: Request, session: SessionDep, _: RegistryReader, space_id: SpaceId
) -> Response:
    """Return one space."""
    space = await queries.get_space(session, space_id)
    return not_modified(request, etag_of(space.version)) or _answer(space)


@router.patch(
    "/{space_id}",
    response_model=SpaceRead,
    responses=problems(
        SpaceNotFoundError,
        OutOfScopeError,
        SpaceClosedError,
        SpaceNameTakenError,
        rules.CapacityBookedError,
    ),
)
async def correct_space(
    session: SessionDep,
    caller: SpaceWriter,
    space_id: SpaceId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        SpaceChange, Body(media_type="application/merge-patch+json", examples=[{"capacity": 20}])
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    space = await queries.get_space_for_change(session, space_id, scope=caller.scope)
    check_match(if_match, space.version)
    await operations.correct_space(session, space, body, now=now)
    return _answer(space)


@router.post(
    "/{space_id}/close",
    response_model=SpaceRead,
    responses=problems(
        SpaceNotFoundError, OutOfScopeError, SpaceClosedError, rules.SpaceBookedError
    ),
)
async def close_space(
    session: SessionDep, caller: SpaceWriter, once: OnceDep, now: Now, space_id: SpaceId
) -> Response:
    """Close a space for good, unless somebody has it for times to come."""

    async def work() -> SpaceRead:
        space = await operations.close_space(session, space_id, scope=caller.scope, now=now)
        return SpaceRead.model_validate(space)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda space: etag_of(space.version)
    )


@router.get("/{space_id}/closures", responses=problems(SpaceNotFoundError, CursorInvalidError))
async def list_closures(
    request: Request, session: SessionDep, _: RegistryReader, space_id: SpaceId, page: PageArgs
) -> Page[ClosureRead]:
    """List when a space is or was out of service, in order."""
    await queries.get_space(session, space_id)
    after = None
    if page.after is not None:
        after = (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
    rows = await queries.list_closures(session, space_id, after=after, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.starts_at.isoformat(), str(row.id)],
        read=ClosureRead,
    )


@router.post(
    "/{space_id}/closures",
    status_code=status.HTTP_201_CREATED,
    response_model=ClosureRead,
    responses=problems(
        SpaceNotFoundError,
        OutOfScopeError,
        SpaceClosedError,
        SlotInvalidError,
        SlotCountError,
        rules.SpaceBookedError,
        BookingIdTakenError,
    ),
)
async def take_space_out_of_service(
    session: SessionDep,
    caller: SpaceWriter,
    once: OnceDep,
    now: Now,
    space_id: SpaceId,
    body: Annotated[ClosureCreate, Body(examples=[_CLOSURE])],
) -> Response:
    """Take a space out of service for a time, unless somebody has it then."""

    async def work() -> ClosureRead:
        closure = await operations.take_out_of_service(
            session, space_id, body, scope=caller.scope, now=now
        )
        return ClosureRead.model_validate(closure)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.post(
    "/{space_id}/closures/{closure_id}/end",
    response_model=ClosureRead,
    responses=problems(
        SpaceNotFoundError, OutOfScopeError, rules.ClosureNotFoundError, BookingStateRefusedError
    ),
)
async def put_space_back_in_service(
    session: SessionDep,
    caller: SpaceWriter,
    once: OnceDep,
    now: Now,
    space_id: SpaceId,
    closure_id: ClosureId,
) -> Response:
    """Give a space back for what is left of a closure."""

    async def work() -> ClosureRead:
        closure = await operations.put_back_in_service(
            session, space_id, closure_id, scope=caller.scope, now=now
        )
        return ClosureRead.model_validate(closure)

    return await answer_once(session, Idempotency, once, work)


def _answer(space: Space) -> Response:
    return Response(
        SpaceRead.model_validate(space).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(space.version)},
    )
