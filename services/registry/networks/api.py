"""HTTP face of networks."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.schemas import RegionCode
from services.registry.base import Idempotency
from services.registry.institutions.rules import InstitutionUnknownError
from services.registry.networks import operations, queries, rules
from services.registry.networks.queries import MemberFilter
from services.registry.networks.schemas import (
    MemberLeave,
    MemberRead,
    MembersJoin,
    MembersJoined,
    NetworkChange,
    NetworkCreate,
    NetworkRead,
)
from services.registry.networks.tables import Network
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/networks", tags=["networks"])

NetworkId = Annotated[UUID, Path(description="The network's identifier.")]
FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
NetworkWriter = Annotated[Caller, Depends(Requires(Permission.NETWORKS_WRITE))]

_EXAMPLE: Final = {
    "code": "EKSYAR",
    "name": "BLKK Eksyar (DATA SINTETIS)",
    "steward_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "synthetic": True,
}
_JOIN: Final = {
    "facility_ids": ["01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12"],
    "valid_from": "2027-01-01",
}


@router.get("", responses=problems(CursorInvalidError))
async def list_networks(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    steward_id: Annotated[UUID | None, Query(description="Under this institution.")] = None,
) -> Page[NetworkRead]:
    """List networks in the order of their codes."""
    rows = await queries.list_networks(
        session, steward_id=steward_id, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=NetworkRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=NetworkRead,
    responses=problems(
        OutOfScopeError,
        InstitutionUnknownError,
        rules.NetworkIdTakenError,
        rules.NetworkCodeTakenError,
    ),
)
async def found_network(
    session: SessionDep,
    caller: NetworkWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[NetworkCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Found a network under its steward."""

    async def work() -> NetworkRead:
        network = await operations.found_network(session, body, scope=caller.scope, now=now)
        return NetworkRead.model_validate(network)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda network: f"/v1/networks/{network.id}",
        etag=lambda network: etag_of(network.version),
    )


@router.get(
    "/{network_id}",
    response_model=NetworkRead,
    responses={**problems(rules.NetworkNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_network(
    request: Request, session: SessionDep, _: RegistryReader, network_id: NetworkId
) -> Response:
    """Return one network."""
    network = await queries.get_network(session, network_id)
    return not_modified(request, etag_of(network.version)) or _answer(network)


@router.patch(
    "/{network_id}",
    response_model=NetworkRead,
    responses=problems(rules.NetworkNotFoundError, OutOfScopeError, InstitutionUnknownError),
)
async def correct_network(
    session: SessionDep,
    caller: NetworkWriter,
    network_id: NetworkId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        NetworkChange,
        Body(media_type="application/merge-patch+json", examples=[{"name": "Jejaring Baru"}]),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    network = await queries.get_network_for_change(session, network_id, scope=caller.scope)
    check_match(if_match, network.version)
    await operations.correct_network(session, network, body, now=now)
    return _answer(network)


@router.get(
    "/{network_id}/members",
    responses=problems(rules.NetworkNotFoundError, CursorInvalidError),
)
async def list_network_members(
    *,
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    network_id: NetworkId,
    page: PageArgs,
    area: Annotated[RegionCode | None, Query()] = None,
    on: Annotated[date | None, Query(description="Members on this day.")] = None,
) -> Page[MemberRead]:
    """List the facilities that are, or were, in a network."""
    await queries.get_network(session, network_id)
    wanted = MemberFilter(network_id=network_id, area=area, on=on)
    after = None if page.after is None else UUID(str(page.after[0]))
    rows = await queries.list_members(session, wanted, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=MemberRead)


@router.post(
    "/{network_id}/members",
    status_code=status.HTTP_201_CREATED,
    response_model=MembersJoined,
    responses=problems(
        rules.NetworkNotFoundError,
        OutOfScopeError,
        rules.MemberUnknownError,
        rules.MembershipPeriodInvalidError,
        rules.MembershipOverlapsError,
    ),
)
async def join_network(
    session: SessionDep,
    caller: NetworkWriter,
    once: OnceDep,
    network_id: NetworkId,
    now: Now,
    body: Annotated[MembersJoin, Body(examples=[_JOIN])],
) -> Response:
    """Let up to a thousand facilities join a network; all of them or none."""

    async def work() -> MembersJoined:
        network = await queries.get_network_for_change(session, network_id, scope=caller.scope)
        return MembersJoined(joined=await operations.join_network(session, network, body, now=now))

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.post(
    "/{network_id}/members/{facility_id}/leave",
    status_code=status.HTTP_200_OK,
    response_model=MembersJoined,
    responses=problems(
        rules.NetworkNotFoundError,
        OutOfScopeError,
        rules.MemberNotFoundError,
        rules.MembershipPeriodInvalidError,
    ),
)
async def leave_network(
    *,
    session: SessionDep,
    caller: NetworkWriter,
    once: OnceDep,
    network_id: NetworkId,
    facility_id: FacilityId,
    now: Now,
    body: Annotated[MemberLeave, Body(examples=[{"valid_to": "2027-06-30"}])],
) -> Response:
    """Give the membership that a facility has on a day that day as its last."""

    async def work() -> MembersJoined:
        await queries.get_network_for_change(session, network_id, scope=caller.scope)
        member = await queries.get_membership_for_change(
            session, network_id, facility_id, on=body.valid_to
        )
        await operations.leave_network(session, member, body, now=now)
        return MembersJoined(joined=0)

    return await answer_once(session, Idempotency, once, work)


def _answer(network: Network) -> Response:
    return Response(
        NetworkRead.model_validate(network).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(network.version)},
    )
