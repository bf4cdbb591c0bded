"""HTTP face of links, for the centre: it has them sent and takes them back, and sees no token."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from services.reporting.base import Idempotency
from services.reporting.followup_links import operations, queries, rules
from services.reporting.followup_links.schemas import LinkCreate, LinkRead
from services.reporting.followups.queries import get_followup, lock_followup
from services.reporting.followups.rules import HomeOnlyError
from services.reporting.restricted_people.rules import PersonRestrictedError
from shared.db.within import place_of
from shared.errors import NotFoundError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/followup-links", tags=["followups"])

Reader = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_READ))]
Writer = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_WRITE))]
LinkId = Annotated[UUID, Path(description="The link's identifier.")]


@router.get("", responses=problems(NotFoundError, CursorInvalidError))
async def list_followup_links(
    caller: Reader,
    session: SessionDep,
    request: Request,
    page: PageArgs,
    followup_id: Annotated[UUID, Query(description="Links to this follow-up.")],
) -> Page[LinkRead]:
    """List the links to one follow-up in the order in which they were ordered, without tokens."""
    await get_followup(session, followup_id, scope=caller.scope)
    rows = await queries.links_of(
        session,
        followup_id,
        after=UUID(str(page.after[0])) if page.after else None,
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=LinkRead)


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=LinkRead,
    responses=problems(
        NotFoundError, HomeOnlyError, PersonRestrictedError, rules.AlreadyAnsweredError
    ),
)
async def order_followup_link(
    caller: Writer, session: SessionDep, once: OnceDep, now: Now, body: LinkCreate
) -> Response:
    """Have a link sent to the person of a follow-up, who then answers without a login.

    It leaves within a minute, through enrollment, which has the address. Nobody else sees it, so
    that what is answered by it is the person's own word. Ordered again before it has left, it is
    the same link: an id that is given then is of no use.
    """

    async def work() -> LinkRead:
        followup = await get_followup(session, body.followup_id, scope=caller.scope)
        if not caller.scope.admits(place_of(followup), write=True):
            raise HomeOnlyError
        followup = await lock_followup(session, followup.id)
        link = await operations.order_link(session, followup, given=body.id, now=now)
        return LinkRead.model_validate(link)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED)


@router.post(
    "/{link_id}/revoke",
    response_model=LinkRead,
    responses=problems(NotFoundError, rules.LinkNotRevocableError),
)
async def revoke_followup_link(
    link_id: LinkId, caller: Writer, session: SessionDep, once: OnceDep, now: Now
) -> Response:
    """Take a link back, for example because it went to a number that is somebody else's now."""

    async def work() -> LinkRead:
        link = await queries.get_link(session, link_id, scope=caller.scope)
        followup = await get_followup(session, link.followup_id, scope=caller.scope)
        await operations.revoke_link(session, link, followup, now=now)
        return LinkRead.model_validate(link)

    return await answer_once(session, Idempotency, once, work)
