"""HTTP face of modules."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.schemas import TradeCode
from services.registry.modules import operations, queries, rules
from services.registry.modules.queries import ModuleFilter
from services.registry.modules.rules import ModuleState, NoSuchModuleError
from services.registry.modules.schemas import (
    Language,
    ModuleChange,
    ModuleCreate,
    ModuleRead,
    ModuleVersionCreate,
)
from services.registry.modules.tables import Module
from shared.schemas.base import Code, Ministry
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, PageRequest, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/modules", tags=["modules"])

ModuleId = Annotated[UUID, Path(description="The identifier of one version of a module.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
ModuleWriter = Annotated[Caller, Depends(Requires(Permission.MODULES_WRITE))]

_CONTENT_REFUSED: Final = (rules.ModuleUnitRepeatedError, rules.ModuleHoursExceededError)
_TAKEN: Final = (rules.ModuleIdTakenError, rules.ModuleVersionTakenError)
_TURN_REFUSED: Final = problems(NoSuchModuleError, OutOfScopeError, rules.ModuleStateRefusedError)
_EXAMPLE: Final = {
    "code": "KWU-DASAR",
    "version": "2026.1",
    "title": "Dasar kewirausahaan",
    "owner_ministry": "MSME",
    "hours": 40,
    "trade": "BAKERY",
    "level": 2,
    "units": [{"code": "C.10ROT00.001.1", "title": "Menyiapkan adonan", "hours": 12}],
    "files": [
        {
            "name": "Buku peserta",
            "url": "https://contoh.test/kwu-dasar-2026.1.pdf",
            "sha256": "0" * 64,
        }
    ],
}


def _after(page: PageRequest) -> tuple[str, str] | None:
    return None if page.after is None else (str(page.after[0]), str(page.after[1]))


@router.get("", responses=problems(CursorInvalidError))
async def list_modules(
    *,
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    owner_ministry: Annotated[Ministry | None, Query()] = None,
    code: Annotated[Code | None, Query(description="All versions of one module.")] = None,
    trade: Annotated[TradeCode | None, Query()] = None,
    level: Annotated[int | None, Query(ge=1, le=9, description="Level of the KKNI.")] = None,
    language: Annotated[Language | None, Query()] = None,
    state: Annotated[ModuleState | None, Query()] = None,
    q: Annotated[
        str | None, Query(min_length=3, max_length=100, description="Words of the title.")
    ] = None,
) -> Page[ModuleRead]:
    """List modules in the order of their codes and versions; drafts are shown to their owner."""
    wanted = ModuleFilter(
        owner_ministry=owner_ministry,
        code=code,
        trade=trade,
        level=level,
        language=language,
        state=state,
        q=q,
    )
    rows = await queries.list_modules(
        session, scope=caller.scope, wanted=wanted, after=_after(page), limit=page.fetch
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [row.code, row.version], read=ModuleRead
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ModuleRead,
    responses=problems(OutOfScopeError, *_CONTENT_REFUSED, rules.ModuleOwnerDiffersError, *_TAKEN),
)
async def publish_module(
    session: SessionDep,
    caller: ModuleWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[ModuleCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Publish a version of a module of the caller's ministry, or begin it as a draft."""

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
        etag=lambda module: etag_of(module.revision),
    )


@router.get(
    "/{module_id}",
    response_model=ModuleRead,
    responses={**problems(NoSuchModuleError), 304: {"description": "Not Modified"}},
)
async def get_module(
    request: Request, session: SessionDep, caller: RegistryReader, module_id: ModuleId
) -> Response:
    """Return one version of a module."""
    module = await queries.get_module(session, module_id, scope=caller.scope)
    return not_modified(request, etag_of(module.revision)) or _answer(module)


@router.patch(
    "/{module_id}",
    response_model=ModuleRead,
    responses=problems(
        NoSuchModuleError, OutOfScopeError, rules.ModuleNotDraftError, *_CONTENT_REFUSED
    ),
)
async def correct_module(
    session: SessionDep,
    caller: ModuleWriter,
    module_id: ModuleId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        ModuleChange,
        Body(media_type="application/merge-patch+json", examples=[{"hours": 48, "level": None}]),
    ],
) -> Response:
    """Change the members of a draft that the merge patch names."""
    module = await queries.get_module_for_change(session, module_id, scope=caller.scope)
    check_match(if_match, module.revision)
    await operations.correct_module(session, module, body, now=now)
    return _answer(module)


@router.get("/{module_id}/versions", responses=problems(NoSuchModuleError, CursorInvalidError))
async def list_module_versions(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    module_id: ModuleId,
) -> Page[ModuleRead]:
    """List all versions of the module that one of them belongs to.

    They are found by the id of any of them, because codes may hold a slash.
    """
    module = await queries.get_module(session, module_id, scope=caller.scope)
    rows = await queries.list_modules(
        session,
        scope=caller.scope,
        wanted=ModuleFilter(code=module.code),
        after=_after(page),
        limit=page.fetch,
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [row.code, row.version], read=ModuleRead
    )


@router.post(
    "/{module_id}/versions",
    status_code=status.HTTP_201_CREATED,
    response_model=ModuleRead,
    responses=problems(NoSuchModuleError, OutOfScopeError, *_CONTENT_REFUSED, *_TAKEN),
)
async def draft_module_version(
    session: SessionDep,
    caller: ModuleWriter,
    once: OnceDep,
    now: Now,
    module_id: ModuleId,
    body: Annotated[ModuleVersionCreate, Body(examples=[{"version": "2027.1", "hours": 48}])],
) -> Response:
    """Begin the draft of a new version: what this one says, but for what the body says."""

    async def work() -> ModuleRead:
        module = await operations.draft_version(
            session, module_id, body, scope=caller.scope, now=now
        )
        return ModuleRead.model_validate(module)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda module: f"/v1/modules/{module.id}",
        etag=lambda module: etag_of(module.revision),
    )


@router.post("/{module_id}/publish", response_model=ModuleRead, responses=_TURN_REFUSED)
async def publish_module_draft(
    session: SessionDep, caller: ModuleWriter, once: OnceDep, now: Now, module_id: ModuleId
) -> Response:
    """Publish a draft: from now on classes may be planned with it, and it does not change."""

    async def work() -> ModuleRead:
        module = await operations.turn_module(
            session, module_id, wanted=ModuleState.PUBLISHED, scope=caller.scope, now=now
        )
        return ModuleRead.model_validate(module)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda module: etag_of(module.revision)
    )


@router.post("/{module_id}/retire", response_model=ModuleRead, responses=_TURN_REFUSED)
async def retire_module(
    session: SessionDep, caller: ModuleWriter, once: OnceDep, now: Now, module_id: ModuleId
) -> Response:
    """Retire a version: no class is planned with it any more, those that have it keep it."""

    async def work() -> ModuleRead:
        module = await operations.turn_module(
            session, module_id, wanted=ModuleState.RETIRED, scope=caller.scope, now=now
        )
        return ModuleRead.model_validate(module)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda module: etag_of(module.revision)
    )


def _answer(module: Module) -> Response:
    return Response(
        ModuleRead.model_validate(module).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(module.revision)},
    )
