"""Folding one day of the ledger again, up to a moment."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.folding.rules import Source
from services.reporting.ledger.queries import get_fold
from services.reporting.past_figures import queries, rules
from services.reporting.past_figures.rules import AsOfBeforeFirstEventError, Told
from services.reporting.questions.rules import Moment

# Opens a short transaction: a day of a million events is read in many.
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSession]]

_PAGE: Final = 5_000


async def check_known(
    session: AsyncSession, sources: Iterable[Source], moment: Moment, *, pointer: str = "/as_of"
) -> None:
    """Refuse a moment at which nothing was known; `pointer` is where it was asked for.

    Raises:
        AsOfBeforeFirstEventError: when none of `sources` had told anything.
    """
    if not await queries.was_known(session, sources, moment):
        first = await queries.first_recorded(session, sources)
        raise AsOfBeforeFirstEventError(pointer=pointer, extra={"first": first})


async def fold_day(opening: Opening, *, source: Source, moment: Moment) -> Told:
    """Fold the smaller side of the moment's day, page by page and beside the event loop."""
    async with opening() as session:
        fold = await get_fold(session, source)
        span = await queries.get_span(
            session, source=source, era=fold.era, until=fold.position, moment=moment
        )
    told = Told(fold.era, fold.position, span.side)
    after: int | None = span.first - 1
    while after is not None and after < span.last:
        async with opening() as session:
            after, events = await queries.list_told(
                session,
                source=source,
                era=told.era,
                after=after,
                until=span.last,
                moment=moment,
                side=told.side,
                limit=_PAGE,
            )
        await asyncio.to_thread(rules.fold_into, told, events)
    return told


async def catch_up(session: AsyncSession, told: Told, *, source: Source, moment: Moment) -> bool:
    """Fold what the ledger took in since, in the transaction that reads the cubes.

    Returns False when the source was restored meanwhile: what was folded is of another era.
    """
    fold = await get_fold(session, source)
    if fold.era != told.era:
        return False
    _, events = await queries.list_told(
        session,
        source=source,
        era=told.era,
        after=told.position,
        until=fold.position,
        moment=moment,
        side=told.side,
    )
    told.position = fold.position
    await asyncio.to_thread(rules.fold_into, told, events)
    return True
