"""HTTP face of the cockpit: asked for once, or told as it changes."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from services.reporting.cockpit import rules
from services.reporting.cockpit.queries import read_cockpit
from services.reporting.cockpit.rules import CockpitFullError, told
from services.reporting.cockpit.schemas import CockpitRead
from services.reporting.folding.rules import Source
from services.reporting.freshness.jobs import Watch
from services.reporting.freshness.rules import Freshness
from services.reporting.reports.rules import ZONES
from services.reporting.signup_facts.rules import minute_of
from services.reporting.signups.rules import WaveUnknownError
from shared.clock import ledger_day, utc_now
from shared.db.session import Sessions, transaction
from shared.logging import get_logger
from shared.scope import ANONYMOUS, NATIONAL
from shared.web.app import VERSION
from shared.web.auth import Public
from shared.web.etag import not_modified
from shared.web.now import Now
from shared.web.openapi import problems

router = APIRouter(prefix="/cockpit", tags=["reports"])

_SOURCES: Final = (Source.ENROLLMENT,)
_KEPT: Final = 64
_GRACE_S: Final = 30.0
_ZONE_OF: Final = {code: zone.value for zone, codes in ZONES.items() for code in codes}
_log = get_logger(__name__)

Mark: TypeAlias = tuple[object, ...]
Wave: TypeAlias = Annotated[
    UUID | None, Query(description="One wave; without it all of them together.")
]


class _Channel:
    """Who listens to one wave, and what they are told: made once, however many they are.

    `ahead` is what the listeners' hour differs from the clock's: that of a demonstration's story.
    """

    def __init__(self, wave: UUID | None, ahead: timedelta) -> None:
        self.wave = wave
        self.ahead = ahead
        self.listeners = 0
        self.number = 0
        self.figures = b""
        self.latest = b""
        self.ended = False
        self._told = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def tell(self, chunk: bytes, *, figures: bool) -> None:
        """Hand `chunk` to all who wait; figures are kept for those who come or were slow."""
        self.latest = chunk
        if figures:
            self.figures, self.number = chunk, self.number + 1
        told_now, self._told = self._told, asyncio.Event()
        told_now.set()

    def end(self) -> None:
        """Let every stream end."""
        self.ended = True
        self._told.set()

    async def next(self) -> None:
        """Wait for what is told next."""
        await self._told.wait()


@dataclass
class Board:
    """What is shown, read once a process and change; `most` is how many may listen at a time."""

    sessions: Sessions
    watch: Watch
    most: int
    listeners: int = 0
    _kept: OrderedDict[Mark, asyncio.Future[bytes]] = field(default_factory=OrderedDict)
    _channels: dict[tuple[UUID | None, timedelta], _Channel] = field(default_factory=dict)
    _stopping: bool = False

    async def mark(self, wave: UUID | None, now: datetime) -> Mark:
        """Return what changes when the figures may have: folded events, starts, minutes."""
        standing = await self.watch.standing()
        position = standing.position(_SOURCES)
        return (VERSION, wave, position, standing.starts_passed(now), minute_of(now))

    async def figures(self, mark: Mark, wave: UUID | None, now: datetime) -> bytes:
        """Return the figures under `mark` as the members of an object, read if need be.

        Raises:
            WaveUnknownError: when no such wave was published.
        """
        reading = self._kept.get(mark)
        if reading is None:
            reading = self._kept[mark] = asyncio.ensure_future(self._read(wave, now))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        try:
            return await asyncio.shield(reading)
        except Exception:
            self._kept.pop(mark, None)
            raise

    async def _read(self, wave: UUID | None, now: datetime) -> bytes:
        standing = await self.watch.standing()
        async with transaction(self.sessions, scope=NATIONAL, actor=ANONYMOUS) as session:
            figures = await read_cockpit(
                session,
                wave_id=wave,
                zones=_ZONE_OF,
                synthetic_waves=standing.synthetic_waves,
                now=now,
                today=ledger_day(now),
            )
        return figures.model_dump_json().encode()[1:-1]

    async def freshness(self) -> Freshness:
        """Return how fresh the figures are at this moment."""
        return (await self.watch.standing()).freshness(_SOURCES, now=utc_now())

    def join(self, wave: UUID | None, ahead: timedelta) -> _Channel:
        """Return the channel of a wave with one listener more.

        Raises:
            CockpitFullError: when there are as many as may be, or the process is ending.
        """
        if self._stopping or self.listeners >= self.most:
            raise CockpitFullError(retry_after_s=10)
        channel = self._channels.get((wave, ahead))
        if channel is None:
            channel = self._channels[wave, ahead] = _Channel(wave, ahead)
            channel.task = asyncio.create_task(self._follow(channel))
        channel.listeners += 1
        self.listeners += 1
        return channel

    def leave(self, channel: _Channel) -> None:
        """Take one listener away; nobody reads for a channel without any."""
        channel.listeners -= 1
        self.listeners -= 1
        if channel.listeners == 0:
            self._channels.pop((channel.wave, channel.ahead), None)
            if channel.task is not None:
                channel.task.cancel()

    def stop(self) -> None:
        """End every stream, and begin none."""
        self._stopping = True
        for channel in self._channels.values():
            channel.end()

    async def _follow(self, channel: _Channel) -> None:
        """Tell a channel what changes, as the watch sees it, until cancelled."""
        known: Mark | None = None
        told_at, failing = 0.0, False
        while True:
            since = time.monotonic() - told_at
            try:
                if since >= rules.TOLD_EVERY_S:
                    mark = await self._tell(channel, known, quiet=since < rules.HEARTBEAT_S)
                    told_at = time.monotonic() if mark is not None else told_at
                    known = mark or known
                failing = False
            except Exception as error:  # noqa: BLE001 - the last figures stay until there are others
                if not failing:
                    _log.warning("cockpit-stalled", error=type(error).__name__)
                failing = True
            await self.watch.tick()

    async def _tell(self, channel: _Channel, known: Mark | None, *, quiet: bool) -> Mark | None:
        """Tell a channel its figures when they changed, else how fresh they are; None if neither.

        While `quiet` only what changed is told.
        """
        now = utc_now() + channel.ahead
        mark = await self.mark(channel.wave, now)
        if mark != known:
            figures = await self.figures(mark, channel.wave, now)
            body = _body(figures, await self.freshness())
            channel.tell(told("cockpit", body, identifier=digest_of(mark)), figures=True)
            return mark
        if quiet:
            return None
        channel.tell(b":\n" + told("freshness", to_json(await self.freshness())), figures=False)
        return mark


@asynccontextmanager
async def open_board(
    sessions: Sessions, watch: Watch, *, most: int, stopping: asyncio.Event
) -> AsyncIterator[Board]:
    """Yield a board that ends its streams as soon as the server is to stop."""
    board = Board(sessions, watch, most)

    async def stop() -> None:
        await stopping.wait()
        board.stop()

    waiting = asyncio.create_task(stop())
    try:
        yield board
    finally:
        waiting.cancel()
        board.stop()


def _body(figures: bytes, fresh: Freshness) -> bytes:
    return to_json(fresh)[:-1] + b"," + figures + b"}"


def digest_of(mark: Mark) -> str:
    """Return a short name of what is shown."""
    return hashlib.blake2b(repr(mark).encode(), digest_size=12).hexdigest()


class _Stream(Response):
    """What a channel tells, sent until the listener leaves, the server stops or time is up."""

    def __init__(self, board: Board, channel: _Channel) -> None:
        super().__init__(
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        del self.headers["content-length"]
        self._board = board
        self._channel = channel

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until there is a reason to end; who does not read for long is cut off."""
        tasks = [asyncio.create_task(self._send(send)), asyncio.create_task(_left(receive))]
        try:
            await asyncio.wait(
                tasks,
                timeout=rules.LISTENS_S + _GRACE_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._board.leave(self._channel)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _send(self, send: Send) -> None:
        channel, until = self._channel, time.monotonic() + rules.LISTENS_S
        await send(
            {"type": "http.response.start", "status": HTTPStatus.OK, "headers": self.raw_headers}
        )
        await _chunk(send, f"retry: {rules.RETRY_MS}\n\n".encode())
        seen = channel.number
        if seen:
            await _chunk(send, channel.figures)
        while time.monotonic() < until:
            await channel.next()
            if channel.ended:
                break
            # Who was slow gets the figures that he missed, not that they are fresh.
            chunk = channel.latest if channel.number == seen else channel.figures
            seen = channel.number
            await _chunk(send, chunk)
        await _chunk(send, b"", more=False)


async def _chunk(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@router.get("", response_model=CockpitRead, responses=problems(WaveUnknownError))
async def get_cockpit(*, request: Request, _: Public, now: Now, wave: Wave = None) -> Response:
    """Return the figures of the hour of the start: classes, people, silent centres, sign-ups.

    Public dimensions only. What somebody has is confirmed (304) until something moves, a class is
    to start or a minute ends.
    """
    board: Board = request.scope["state"]["board"]
    mark = await board.mark(wave, now)
    fresh = await board.freshness()
    headers = {
        "Balai-As-Of": fresh.as_of.isoformat() if fresh.as_of else "",
        "Balai-Lag-Seconds": "" if fresh.lag_seconds is None else str(fresh.lag_seconds),
        "Cache-Control": "public, no-cache",
    }
    etag = f'W/"{digest_of(mark)}"'
    unchanged = not_modified(request, etag, headers=headers)
    if unchanged is not None:
        return unchanged
    body = _body(await board.figures(mark, wave, now), fresh)
    return Response(body, headers={**headers, "ETag": etag}, media_type="application/json")


@router.get(
    "/stream",
    response_class=Response,
    responses={
        HTTPStatus.OK: {
            "description": "Server-sent events: `cockpit` with the figures, `freshness` between.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **problems(WaveUnknownError, CockpitFullError),
    },
)
async def stream_cockpit(*, request: Request, _: Public, now: Now, wave: Wave = None) -> Response:
    """Tell the same as it changes, once a second at most, and every five seconds how fresh it is.

    Each event `cockpit` is complete: who was away needs nothing of what he missed, and what a
    browser sends as Last-Event-ID changes nothing. After a quarter of an hour the stream ends; come
    back. With too many listeners it is refused (503): ask for the figures once in a while instead.
    """
    board: Board = request.scope["state"]["board"]
    await board.figures(await board.mark(wave, now), wave, now)
    ahead = timedelta(seconds=round((now - utc_now()).total_seconds()))
    return _Stream(board, board.join(wave, ahead))
