"""How long an event takes to become a figure, measured from outside during the rush."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from deploy.pilot.api import Api
from deploy.pilot.figures import read_report

_POLL_S: Final = 0.1
_SETTLED_WITHIN_S: Final = 30.0


@dataclass(slots=True)
class Acknowledged:
    """The moments at which distinct enrollments were acknowledged, on the monotonic clock."""

    moments: list[float] = field(default_factory=list)
    _known: set[UUID] = field(default_factory=set)

    def add(self, enrollment_id: UUID, moment: float) -> None:
        """Note an acknowledgment, unless the enrollment has had one."""
        if enrollment_id not in self._known:
            self._known.add(enrollment_id)
            self.moments.append(moment)


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds from an acknowledgment to the figure that counts it."""

    median_s: float
    p99_s: float
    worst_s: float
    events: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What a report said when its answer had come."""

    seen_at: float
    figure: int


def lag_of(moments: Sequence[float], sights: Sequence[Sight], *, base: int) -> Lag | None:
    """Return how far the figure stayed behind the acknowledgments; None when there were none.

    The n-th acknowledgment counts as shown at the first sight of a figure of at least `base` + n.
    An acknowledgment that was never shown counts until the last sight.
    """
    if not moments or not sights:
        return None
    lags: list[float] = []
    place = 0
    for number, moment in enumerate(sorted(moments), start=1):
        while place < len(sights) - 1 and sights[place].figure < base + number:
            place += 1
        lags.append(max(0.0, sights[place].seen_at - moment))
    ordered = sorted(lags)
    return Lag(
        median_s=ordered[len(ordered) // 2],
        p99_s=ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))],
        worst_s=ordered[-1],
        events=len(ordered),
    )


class Probe:
    """Looks at one figure, the claims of a wave, ten times a second."""

    def __init__(self, api: Api, *, wave_id: UUID) -> None:
        self._api = api
        self._wave_id = wave_id
        self.sights: list[Sight] = []

    async def look(self) -> int:
        """Return what the figure is now."""
        report = await read_report(self._api, "funnel", wave_id=self._wave_id)
        figure = report.count("claims")
        self.sights.append(Sight(time.monotonic(), figure))
        return figure

    async def keep_looking(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_POLL_S)


async def _settle(probe: Probe, expected: int) -> None:
    """Look on until the figure has come to what is expected, or for half a minute."""
    for _ in range(int(_SETTLED_WITHIN_S / _POLL_S)):
        if await probe.look() >= expected:
            return
        await asyncio.sleep(_POLL_S)


@asynccontextmanager
async def watch(api: Api, acknowledged: Acknowledged, *, wave_id: UUID) -> AsyncIterator[list[Lag]]:
    """Yield a list that holds the lag once the block has ended and the figure has settled."""
    probe = Probe(api, wave_id=wave_id)
    base = await probe.look()
    measured: list[Lag] = []
    looking = asyncio.create_task(probe.keep_looking())
    try:
        yield measured
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    await _settle(probe, base + len(acknowledged.moments))
    lag = lag_of(acknowledged.moments, probe.sights, base=base)
    if lag is not None:
        measured.append(lag)
