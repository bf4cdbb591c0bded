"""Reads of institutions; they are nation-wide, for their facts are not personal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from services.registry.access.rules import check_within
from services.registry.areas.queries import named_like
from services.registry.institutions.rules import InstitutionKind, InstitutionNotFoundError
from services.registry.institutions.tables import Institution
from shared.db.within import place_of
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class InstitutionFilter:
    """What a list of institutions is narrowed to; `area` is a province or a regency."""

    kind: InstitutionKind | None = None
    ministry: str | None = None
    area: str | None = None
    parent_id: UUID | None = None
    q: str | None = None


async def list_institutions(
    session: AsyncSession, wanted: InstitutionFilter, *, after: str | None, limit: int
) -> Sequence[Institution]:
    """Return up to `limit` institutions that follow code `after`, in the order of their codes."""
    statement = select(Institution).order_by(Institution.code).limit(limit)
    if wanted.kind is not None:
        statement = statement.where(Institution.kind == wanted.kind)
    if wanted.ministry is not None:
        statement = statement.where(Institution.ministry == wanted.ministry)
    if wanted.area is not None:
        column = Institution.regency_code if "." in wanted.area else Institution.province_code
        statement = statement.where(column == wanted.area)
    if wanted.parent_id is not None:
        statement = statement.where(Institution.parent_id == wanted.parent_id)
    if wanted.q is not None:
        statement = statement.where(named_like(Institution.name, wanted.q))
    if after is not None:
        statement = statement.where(Institution.code > after)
    return (await session.scalars(statement)).all()


async def get_institution_for_change(
    session: AsyncSession, institution_id: UUID, *, scope: Scope
) -> Institution:
    """Return one institution that the caller may change, locked until the transaction ends.

    Raises:
        InstitutionNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    # Those that become its units meanwhile need not wait.
    statement = (
        select(Institution).where(Institution.id == institution_id).with_for_update(key_share=True)
    )
    institution = (await session.scalars(statement)).one_or_none()
    if institution is None:
        raise InstitutionNotFoundError
    check_within(scope, place_of(institution))
    return institution


async def lock_lines(session: AsyncSession) -> None:
    """Let one at a time say of what an institution is a unit: two could close a circle at once."""
    key = func.hashtext("registry.institution.parent_id")
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def line_of(session: AsyncSession, institution_id: UUID) -> Sequence[UUID]:
    """Return an institution and those that it is a unit of, from the bottom up."""
    start = select(Institution.id, Institution.parent_id).where(Institution.id == institution_id)
    line = start.cte("line", recursive=True)
    above = select(Institution.id, Institution.parent_id).join(
        line, Institution.id == line.c.parent_id
    )
    # UNION, not UNION ALL: a circle, which nothing in the table forbids, ends here.
    return (await session.scalars(select(line.union(above).c.id))).all()


async def get_institution(session: AsyncSession, institution_id: UUID) -> Institution:
    """Return one institution.

    Raises:
        InstitutionNotFoundError: when there is none of this id.
    """
    institution = await session.get(Institution, institution_id)
    if institution is None:
        raise InstitutionNotFoundError
    return institution


async def known_ids(session: AsyncSession, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of `ids` that are institutions."""
    wanted = literal(list(ids), ARRAY(Uuid()))
    return set(await session.scalars(select(Institution.id).where(Institution.id == any_(wanted))))


async def ids_by_code(session: AsyncSession, codes: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of those institutions that have one of `codes`."""
    wanted = literal(sorted(set(codes)), ARRAY(Text()))
    statement = select(Institution.code, Institution.id).where(Institution.code == any_(wanted))
    return {row.code: row.id for row in (await session.execute(statement)).all()}
