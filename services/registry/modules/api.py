"""HTTP face of modules."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.modules import operations, queries
from services.registry.modules.rules import (
    ModuleIdTakenError,
    ModuleVersionTakenError,
    NoSuchModuleError,
)
from services.registry.modules.schemas import ModuleCreate, ModuleRead
from shared.schemas.base import Ministry
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/modules", tags=["modules"])

ModuleId = Annotated[UUID, Path(description="The identifier of one version of a module.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
ModuleWriter = Annotated[Caller, Depends(Requires(Permission.MODULES_WRITE))]

_EXAMPLE: Final = {
    "code": "KWU-DASAR",
    "version": "2026.1",
    "title": "Dasar kewirausahaan",
    "owner_ministry": "MSME",
    "hours": 40,
}


@router.get("", responses=problems(CursorInvalidError))
async def list_modules(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    owner_ministry: Annotated[Ministry | None, Query()] = None,
) -> Page[ModuleRead]:
    """List modules in the order of their codes and versions."""
    after = None if page.after is None else (str(page.after[0]), str(page.after[1]))
    rows = await queries.list_modules(
        session, owner_ministry=owner_ministry, after=after, limit=page.fetch
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [row.code, row.version], read=ModuleRead
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ModuleRead,
    responses=problems(OutOfScopeError, ModuleIdTakenError, ModuleVersionTakenError),
)
async def publish_module(
    session: SessionDep,
    caller: ModuleWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[ModuleCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Publish a version of a module of the caller's ministry; it never changes."""

    async def work() -> ModuleRead:
        module = await operations.publish_module(session, body, scope=caller.scope, now=now)
        return ModuleRead.model_validate(module)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda module: f"/v1/modules/{module.id}",
    )


@router.get("/{module_id}", responses=problems(NoSuchModuleError))
async def get_module(session: SessionDep, _: RegistryReader, module_id: ModuleId) -> ModuleRead:
    """Return one version of a module."""
    return ModuleRead.model_validate(await queries.get_module(session, module_id))
