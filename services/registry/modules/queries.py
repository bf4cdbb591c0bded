"""Reads of modules: nation-wide, but for drafts, which are their owner's."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.areas.queries import like_pattern
from services.registry.modules.rules import Demands, ModuleState, NoSuchModuleError
from services.registry.modules.tables import Module
from shared.db.within import place_of, within
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class ModuleFilter:
    """What a list of modules is narrowed to; `q` is found in titles."""

    owner_ministry: str | None = None
    code: str | None = None
    trade: str | None = None
    level: int | None = None
    language: str | None = None
    state: ModuleState | None = None
    q: str | None = None


def _visible(scope: Scope) -> ColumnElement[bool]:
    return or_(Module.state != ModuleState.DRAFT, within(scope, Module))


def _conditions(wanted: ModuleFilter) -> list[ColumnElement[bool]]:
    equal = {
        Module.owner_ministry: wanted.owner_ministry,
        Module.code: wanted.code,
        Module.trade: wanted.trade,
        Module.level: wanted.level,
        Module.language: wanted.language,
        Module.state: wanted.state,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.q is not None:
        conditions.append(Module.title.ilike(like_pattern(wanted.q)))
    return conditions


async def list_modules(
    session: AsyncSession,
    *,
    scope: Scope,
    wanted: ModuleFilter,
    after: tuple[str, str] | None,
    limit: int,
) -> Sequence[Module]:
    """Return up to `limit` modules that follow (code, version) `after`, in that order."""
    statement = (
        select(Module)
        .where(_visible(scope), *_conditions(wanted))
        .order_by(Module.code, Module.version)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(Module.code, Module.version) > after)
    return (await session.scalars(statement)).all()


async def get_module(session: AsyncSession, module_id: UUID, *, scope: Scope) -> Module:
    """Return one version of a module.

    Raises:
        NoSuchModuleError: when there is none of this id, or it is a draft outside `scope`.
    """
    module = await session.scalar(select(Module).where(Module.id == module_id, _visible(scope)))
    if module is None:
        raise NoSuchModuleError
    return module


async def get_module_for_change(session: AsyncSession, module_id: UUID, *, scope: Scope) -> Module:
    """Return one version that the caller may change, locked until the transaction ends.

    Raises:
        NoSuchModuleError: when there is none of this id, or it is a draft outside `scope`.
        OutOfScopeError: when its ministry is not the caller's.
    """
    statement = select(Module).where(Module.id == module_id, _visible(scope)).with_for_update()
    module = await session.scalar(statement)
    if module is None:
        raise NoSuchModuleError
    check_within(scope, place_of(module))
    return module


async def owner_of(session: AsyncSession, code: str) -> str | None:
    """Return the ministry whose module has `code`, drafts included."""
    return await session.scalar(select(Module.owner_ministry).where(Module.code == code).limit(1))


def demands_of(module: Module) -> Demands:
    """Return what a version of a module asks of whom teaches it."""
    fields = {unit["code"] for unit in module.units} | ({module.trade} if module.trade else set())
    return Demands(
        fields=frozenset(fields),
        competences=frozenset(module.required_competences),
        certificate=module.requires_certificate,
    )
