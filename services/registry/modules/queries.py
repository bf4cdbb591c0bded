"""Reads of modules; they are nation-wide."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.modules.rules import NoSuchModuleError
from services.registry.modules.tables import Module


async def list_modules(
    session: AsyncSession, *, owner_ministry: str | None, after: tuple[str, str] | None, limit: int
) -> Sequence[Module]:
    """Return up to `limit` modules that follow (code, version) `after`, in that order."""
    statement = select(Module).order_by(Module.code, Module.version).limit(limit)
    if owner_ministry is not None:
        statement = statement.where(Module.owner_ministry == owner_ministry)
    if after is not None:
        statement = statement.where(tuple_(Module.code, Module.version) > after)
    return (await session.scalars(statement)).all()


async def get_module(session: AsyncSession, module_id: UUID) -> Module:
    """Return one module.

    Raises:
        NoSuchModuleError: when there is none of this id.
    """
    module = await session.get(Module, module_id)
    if module is None:
        raise NoSuchModuleError
    return module
