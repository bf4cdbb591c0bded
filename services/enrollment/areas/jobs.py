"""Copying the areas from the registry."""

from typing import Any, Final

import httpx

from services.enrollment import gateways
from services.enrollment.areas import operations
from services.enrollment.areas.operations import COPY_AREAS
from services.enrollment.areas.schemas import CopyAreas
from shared.clock import utc_now
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.registry import AreaLevel, AreaRead

# Pages of the registry that are written in one transaction.
_PAGES: Final = 10


async def copy_areas(context: JobContext, payload: CopyAreas) -> dict[str, Any]:
    """Copy levels from the registry, one after the other, a few pages a transaction.

    The registry is asked before each transaction opens. What it has no more is dropped at the end
    of its level, so that nobody registers in an area that has been split.
    """
    registry = context.clients["registry"]
    copied: dict[str, int] = {}
    for level in payload.levels:
        codes: set[str] = set()
        after: str | None = None
        while True:
            areas, after = await _read(registry, level=level, after=after)
            codes.update(area.code for area in areas)
            async with context.transaction() as session:
                await operations.keep_areas(session, areas=areas)
            await context.progress(sum(copied.values()) + len(codes))
            if after is None:
                break
        if codes:
            async with context.transaction() as session:
                await operations.finish_level(session, level=level, codes=codes, now=utc_now())
        copied[level.value] = len(codes)
    return copied


async def _read(
    registry: httpx.AsyncClient, *, level: AreaLevel, after: str | None
) -> tuple[list[AreaRead], str | None]:
    """Return up to ten pages, and the cursor of the next, None after the last."""
    areas: list[AreaRead] = []
    for _ in range(_PAGES):
        page, after = await gateways.page_of_areas(registry, level=level, after=after)
        areas += page
        if after is None:
            break
    return areas, after


HANDLER: Final = JobHandler(COPY_AREAS, CopyAreas, copy_areas)
