"""Changes to modules, each within the caller's transaction."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.modules import queries, rules
from services.registry.modules.rules import (
    ModuleIdTakenError,
    ModuleNotDraftError,
    ModuleOwnerDiffersError,
    ModuleState,
    ModuleVersionTakenError,
)
from services.registry.modules.schemas import ModuleChange, ModuleCreate, ModuleVersionCreate
from services.registry.modules.tables import Module
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import ModuleDrafted, ModulePublished, ModuleRetired, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_module": ModuleIdTakenError,
    "uq_module_code_version": ModuleVersionTakenError,
}
_NEWS: Final[dict[ModuleState, tuple[Topic, type[BaseModel]]]] = {
    ModuleState.DRAFT: (Topic.MODULE_DRAFTED, ModuleDrafted),
    ModuleState.PUBLISHED: (Topic.MODULE_PUBLISHED, ModulePublished),
    ModuleState.RETIRED: (Topic.MODULE_RETIRED, ModuleRetired),
}
# What a version says and the next one may say otherwise.
_CONTENT: Final = tuple(ModuleChange.model_fields)


async def publish_module(
    session: AsyncSession, body: ModuleCreate, *, scope: Scope, now: datetime
) -> Module:
    """Add a version of a module, published at once unless it is a draft, and tell of it.

    Raises:
        OutOfScopeError: when its ministry is not the caller's.
        ModuleOwnerDiffersError: when the code is of another ministry's module.
        ModuleUnitRepeatedError, ModuleHoursExceededError: when its units do not fit.
        ModuleIdTakenError, ModuleVersionTakenError: when it is there already.
    """
    state = ModuleState(body.state)
    module = Module(
        **{**body.model_dump(), "id": body.id or new_id(), "state": state},
        follows_id=None,
        revision=1,
        created_at=now,
        published_at=now if state is ModuleState.PUBLISHED else None,
        retired_at=None,
    )
    await _add(session, module, scope=scope, now=now)
    return module


async def draft_version(
    session: AsyncSession,
    module_id: UUID,
    body: ModuleVersionCreate,
    *,
    scope: Scope,
    now: datetime,
) -> Module:
    """Begin the draft of a new version with what the one that it follows says.

    Raises:
        NoSuchModuleError: when there is no version to follow.
        OutOfScopeError: when its ministry is not the caller's.
        ModuleUnitRepeatedError, ModuleHoursExceededError: when its units do not fit.
        ModuleIdTakenError, ModuleVersionTakenError: when it is there already.
    """
    followed = await queries.get_module(session, module_id, scope=scope)
    content = {name: getattr(followed, name) for name in _CONTENT}
    content |= body.model_dump(include=body.model_fields_set.intersection(_CONTENT))
    module = Module(
        **content,
        id=body.id or new_id(),
        code=followed.code,
        version=body.version,
        owner_ministry=followed.owner_ministry,
        synthetic=followed.synthetic,
        state=ModuleState.DRAFT,
        follows_id=followed.id,
        revision=1,
        created_at=now,
        published_at=None,
        retired_at=None,
    )
    await _add(session, module, scope=scope, now=now)
    return module


async def _add(session: AsyncSession, module: Module, *, scope: Scope, now: datetime) -> None:
    check_within(scope, place_of(module))
    _check_content(module)
    if await queries.owner_of(session, module.code) not in (None, module.owner_ministry):
        raise ModuleOwnerDiffersError(pointer="/code")
    session.add(module)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _announce(session, module, now=now)


def _check_content(module: Module) -> None:
    units = [(unit["code"], unit["hours"]) for unit in module.units]
    rules.check_content(hours=module.hours, units=units)


async def correct_module(
    session: AsyncSession, module: Module, change: ModuleChange, *, now: datetime
) -> bool:
    """Change what the patch names of a locked draft; tell whether anything changed.

    Raises:
        ModuleNotDraftError: when it was published.
        ModuleUnitRepeatedError, ModuleHoursExceededError: when its units do not fit.
    """
    if module.state is not ModuleState.DRAFT:
        raise ModuleNotDraftError
    wanted: dict[str, Any] = change.model_dump(include=change.model_fields_set)
    if all(getattr(module, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(module, name, value)
    _check_content(module)
    module.revision += 1
    await session.flush()
    await _announce(session, module, now=now)
    return True


async def turn_module(
    session: AsyncSession, module_id: UUID, *, wanted: ModuleState, scope: Scope, now: datetime
) -> Module:
    """Publish a draft or retire what was published; classes keep the version they began with.

    Raises:
        NoSuchModuleError: when there is none of this id.
        OutOfScopeError: when its ministry is not the caller's.
        ModuleStateRefusedError: when its present state does not allow it.
    """
    module = await queries.get_module_for_change(session, module_id, scope=scope)
    rules.check_turn(present=module.state, wanted=wanted)
    module.state = wanted
    if wanted is ModuleState.PUBLISHED:
        module.published_at = now
    else:
        module.retired_at = now
    module.revision += 1
    await session.flush()
    await _announce(session, module, now=now)
    return module


async def _announce(session: AsyncSession, module: Module, *, now: datetime) -> None:
    topic, news = _NEWS[module.state]
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=module.id,
        event=news(
            module_id=module.id,
            code=module.code,
            version=module.version,
            owner_ministry=module.owner_ministry,
        ),
        place=place_of(module),
        occurred_at=now,
        version=module.revision,
    )
