"""HTTP face of the tenants of incubators."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.incubators import operations, queries, rules
from services.registry.incubators.rules import TenantStage, TenantStatus
from services.registry.incubators.schemas import (
    TenantAdvance,
    TenantGraduate,
    TenantJoin,
    TenantLeave,
    TenantRead,
)
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/incubators/{incubator_id}/tenants", tags=["tenants"])

IncubatorId = Annotated[UUID, Path(description="The incubator's identifier.")]
TenantId = Annotated[UUID, Path(description="The tenant's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
IncubatorWriter = Annotated[Caller, Depends(Requires(Permission.INCUBATORS_WRITE))]

_TENANT: Final = {"business_ref": "usaha-0001", "joined_on": "2025-07-15"}
_UNREACHED: Final = (rules.IncubatorNotFoundError, OutOfScopeError)
_REFUSED: Final = (*_UNREACHED, rules.TenantNotFoundError, rules.TenantStatusRefusedError)


@router.get(
    "",
    responses=problems(rules.IncubatorNotFoundError, CursorInvalidError),
)
async def list_tenants(
    *,
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    incubator_id: IncubatorId,
    page: PageArgs,
    status: Annotated[TenantStatus | None, Query()] = None,
    stage: Annotated[TenantStage | None, Query()] = None,
) -> Page[TenantRead]:
    """List the tenants of an incubator; none outside the caller's scope."""
    await queries.get_incubator(session, incubator_id)
    rows = await queries.list_tenants(
        session,
        incubator_id,
        scope=caller.scope,
        status=status,
        stage=stage,
        after=None if page.after is None else UUID(str(page.after[0])),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=TenantRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=TenantRead,
    responses=problems(
        *_UNREACHED,
        rules.TenantUnclearError,
        rules.IncubatorStateRefusedError,
        rules.IncubatorNotInForceError,
        rules.DayInvalidError,
        rules.IncubatorFullError,
        rules.TenantIdTakenError,
        rules.TenantInsideError,
    ),
)
async def join_tenant(
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    incubator_id: IncubatorId,
    body: Annotated[TenantJoin, Body(examples=[_TENANT])],
) -> Response:
    """Take a tenant, by reference, into an incubator that is open and has a place."""

    async def work() -> TenantRead:
        return TenantRead.model_validate(
            await operations.join_tenant(
                session, incubator_id, body, scope=caller.scope, now=now, today=ledger_day(now)
            )
        )

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.post(
    "/{tenant_id}/advance",
    response_model=TenantRead,
    responses=problems(*_REFUSED),
)
async def advance_tenant(
    *,
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    incubator_id: IncubatorId,
    tenant_id: TenantId,
    body: Annotated[TenantAdvance, Body(examples=[{"stage": "INCUBATION"}])],
) -> Response:
    """Let a tenant enter the stage that follows."""

    async def work() -> TenantRead:
        return TenantRead.model_validate(
            await operations.advance_tenant(
                session, incubator_id, tenant_id, body, scope=caller.scope, now=now
            )
        )

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/{tenant_id}/graduate",
    response_model=TenantRead,
    responses=problems(*_REFUSED, rules.DayInvalidError),
)
async def graduate_tenant(
    *,
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    incubator_id: IncubatorId,
    tenant_id: TenantId,
    body: Annotated[
        TenantGraduate,
        Body(examples=[{"graduated_on": "2026-06-30", "result": "SELF_RELIANT"}]),
    ],
) -> Response:
    """Let a tenant graduate with a result; the place becomes free."""

    async def work() -> TenantRead:
        return TenantRead.model_validate(
            await operations.graduate_tenant(
                session,
                incubator_id,
                tenant_id,
                body,
                scope=caller.scope,
                now=now,
                today=ledger_day(now),
            )
        )

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/{tenant_id}/leave",
    response_model=TenantRead,
    responses=problems(*_REFUSED, rules.DayInvalidError),
)
async def release_tenant(
    *,
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    incubator_id: IncubatorId,
    tenant_id: TenantId,
    body: Annotated[TenantLeave, Body(examples=[{"left_on": "2026-06-30"}])],
) -> Response:
    """Let a tenant leave without having graduated; the place becomes free."""

    async def work() -> TenantRead:
        return TenantRead.model_validate(
            await operations.release_tenant(
                session,
                incubator_id,
                tenant_id,
                body,
                scope=caller.scope,
                now=now,
                today=ledger_day(now),
            )
        )

    return await answer_once(session, Idempotency, once, work)
