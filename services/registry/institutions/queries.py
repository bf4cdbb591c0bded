"""Reads of institutions; they are nation-wide, for their facts are not personal."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from services.registry.areas.queries import named_like
from services.registry.institutions.rules import InstitutionKind, InstitutionNotFoundError
from services.registry.institutions.tables import Institution


async def list_institutions(
    session: AsyncSession,
    *,
    kind: InstitutionKind | None,
    q: str | None,
    after: str | None,
    limit: int,
) -> Sequence[Institution]:
    """Return up to `limit` institutions that follow code `after`, in the order of their codes."""
    statement = select(Institution).order_by(Institution.code).limit(limit)
    if kind is not None:
        statement = statement.where(Institution.kind == kind)
    if q is not None:
        statement = statement.where(named_like(Institution.name, q))
    if after is not None:
        statement = statement.where(Institution.code > after)
    return (await session.scalars(statement)).all()


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
