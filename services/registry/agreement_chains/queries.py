"""Reads of chains; kinds alone keep them free of cycles and three links deep."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import CTE, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_chains.schemas import ChainLink
from services.registry.agreements.queries import seen_by
from services.registry.agreements.tables import Agreement
from shared.scope import Scope


async def find_above(
    session: AsyncSession, agreement_id: UUID, *, scope: Scope, on: date
) -> list[ChainLink]:
    """Return what an agreement follows from, the first one first."""
    first = (
        select(Agreement.follows_from_id.label("id"), literal(1).label("distance"))
        .where(Agreement.id == agreement_id)
        .cte("above", recursive=True)
    )
    further = select(Agreement.follows_from_id, first.c.distance + 1).where(
        Agreement.id == first.c.id
    )
    above = first.union_all(further)
    statement = (
        select(Agreement, above.c.distance)
        .join(above, above.c.id == Agreement.id)
        .where(seen_by(scope))
        .order_by(above.c.distance.desc())
    )
    rows = (await session.execute(statement)).all()
    return [link_of(row.Agreement, distance=row.distance, on=on) for row in rows]


async def find_below(
    session: AsyncSession,
    agreement_id: UUID,
    *,
    scope: Scope,
    on: date,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> list[ChainLink]:
    """Return up to `limit` agreements that follow from one, the nearest first, then by number.

    `after` is the sort key, distance and number, that they come after.
    """
    below = _below(agreement_id)
    key = tuple_(below.c.distance, Agreement.number)
    statement = (
        select(Agreement, below.c.distance)
        .join(below, below.c.id == Agreement.id)
        .where(seen_by(scope))
        .order_by(below.c.distance, Agreement.number)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(key > tuple_(literal(after[0]), literal(after[1])))
    rows = (await session.execute(statement)).all()
    return [link_of(row.Agreement, distance=row.distance, on=on) for row in rows]


def _below(agreement_id: UUID) -> CTE:
    first = (
        select(Agreement.id.label("id"), literal(1).label("distance"))
        .where(Agreement.follows_from_id == agreement_id)
        .cte("below", recursive=True)
    )
    further = select(Agreement.id, first.c.distance + 1).where(
        Agreement.follows_from_id == first.c.id
    )
    return first.union_all(further)


def link_of(agreement: Agreement, *, distance: int, on: date) -> ChainLink:
    """Return an agreement as a link of a chain."""
    return ChainLink(
        id=agreement.id,
        kind=agreement.kind,
        number=agreement.number,
        title=agreement.title,
        follows_from_id=agreement.follows_from_id,
        renews_id=agreement.renews_id,
        state=agreement.term.state_on(on),
        valid_from=agreement.valid_from,
        valid_to=agreement.valid_to,
        distance=distance,
    )
