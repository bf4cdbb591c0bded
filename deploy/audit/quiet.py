"""Waiting until the figures have followed every event, so that they can be held to the records."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from deploy.audit.checks import Snapshots
from deploy.audit.databases import DATABASES, snapshots_of

_POLL_S: Final = 0.25

_NEWEST: Final = (
    "SELECT epoch || '.' || xid::text || '.' || id AS position FROM event"
    " ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1"
)
_READ: Final = "SELECT source, cursor FROM feed_cursor"
_FOLDED: Final = (
    "SELECT f.source, coalesce((SELECT max(seq) FROM ledger l"
    " WHERE l.source = f.source AND l.era = f.era), 0) <= f.position AS folded FROM fold f"
)


class NotQuietError(Exception):
    """Reporting has not read and folded all that happened within the time it was given."""


@asynccontextmanager
async def quiet_snapshots(urls: dict[str, str], *, deadline_s: float) -> AsyncIterator[Snapshots]:
    """Yield snapshots of one moment at which reporting had folded every event of every log.

    Raises:
        NotQuietError: when there is no such moment before the deadline.
    """
    end = time.monotonic() + deadline_s
    while True:
        async with snapshots_of(urls) as snapshots:
            behind = await logs_behind(snapshots)
            if not behind:
                yield snapshots
                return
        if time.monotonic() > end:
            raise NotQuietError(
                f"Reporting was still behind {', '.join(behind)} after {deadline_s:.0f} s."
            )
        await asyncio.sleep(_POLL_S)


async def logs_behind(snapshots: Snapshots) -> list[str]:
    """Return the logs that reporting has not read to their end and folded."""
    read = {row["source"]: row["cursor"] for row in await snapshots["reporting"].fetch(_READ)}
    folded = {row["source"]: row["folded"] for row in await snapshots["reporting"].fetch(_FOLDED)}
    behind: list[str] = []
    for source in DATABASES:
        newest = await snapshots[source].fetch(_NEWEST)
        if newest and not (folded.get(source) and read.get(source) == newest[0]["position"]):
            behind.append(source)
    return behind
