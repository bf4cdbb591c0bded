"""Changes to modules, each within the caller's transaction."""

from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.modules.rules import ModuleIdTakenError, ModuleVersionTakenError
from services.registry.modules.schemas import ModuleCreate
from services.registry.modules.tables import Module
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import ModulePublished, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_module": ModuleIdTakenError,
    "uq_module_code_version": ModuleVersionTakenError,
}


async def publish_module(
    session: AsyncSession, body: ModuleCreate, *, scope: Scope, now: datetime
) -> Module:
    """Publish a version of a module and tell the other services.

    Raises:
        OutOfScopeError: when its ministry is not the caller's.
        ModuleIdTakenError, ModuleVersionTakenError: when it is published already.
    """
    module = Module(**{**body.model_dump(), "id": body.id or new_id()}, created_at=now)
    check_within(scope, place_of(module))
    session.add(module)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit(
        session,
        Event,
        topic=Topic.MODULE_PUBLISHED,
        stream_id=module.id,
        event=ModulePublished(
            module_id=module.id,
            code=module.code,
            version=module.version,
            owner_ministry=module.owner_ministry,
        ),
        place=place_of(module),
        occurred_at=now,
    )
    return module
