"""Copying areas from the registry."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

import httpx

from services.reporting import gateways
from services.reporting.areas import operations, queries
from services.reporting.areas.queries import COPY_AREAS
from services.reporting.areas.rules import LEVELS
from services.reporting.areas.schemas import CopyAreas
from shared.clock import utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext

Item = TypeVar("Item")


async def copy_areas(context: JobContext, payload: CopyAreas) -> dict[str, Any]:
    """Copy provinces and regencies, some six hundred, and what became of those that were.

    The registry is asked before the transaction opens.
    """
    registry = context.clients["registry"]
    areas = {level: await _all(gateways.page_of_areas, registry, level) for level in LEVELS}
    links = {level: await _all(gateways.page_of_successions, registry, level) for level in LEVELS}
    async with context.transaction() as session:
        for level in LEVELS:
            now = utc_now()
            await operations.keep_level(session, level=level, areas=areas[level], now=now)
            await operations.keep_links(session, level=level, links=links[level])
    return {level.value: len(areas[level]) for level in LEVELS}


async def _all(
    page: Callable[..., Awaitable[tuple[list[Item], str | None]]],
    registry: httpx.AsyncClient,
    level: object,
) -> list[Item]:
    found, after = await page(registry, level=level, after=None)
    while after is not None:
        items, after = await page(registry, level=level, after=after)
        found += items
    return found


async def copy_areas_first(context: WorkerContext) -> None:
    """Order the first copy, which no event of a log that was read long ago asks for."""
    async with context.transaction() as session:
        if not await queries.is_copied(session):
            await operations.order_copy(session)


HANDLER: Final = JobHandler(COPY_AREAS, CopyAreas, copy_areas)
FIRST_COPY: Final = Cron("copy-areas-first", timedelta(hours=1), copy_areas_first)
