"""An application in this process: its own lifespan, its own state, no socket."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx


class ServiceClient(httpx.AsyncClient):
    """A client of one application; `state` is what its lifespan made, `transport` leads to it."""

    def __init__(self, app, transport: httpx.ASGITransport, state: dict, base_url: str) -> None:
        super().__init__(transport=transport, base_url=base_url)
        self.app = app
        self.transport = transport
        self.state = state


class UnreachableTransport(httpx.AsyncBaseTransport):
    """A service that does not answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)


class _Lifespan:
    """Runs an application's start and end in one task, as a server does."""

    def __init__(self, app) -> None:
        self._app = app
        self._orders: asyncio.Queue = asyncio.Queue()
        self._answers: asyncio.Queue = asyncio.Queue()
        self.state: dict = {}

    async def start(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        self._task = asyncio.create_task(self._run(scope))
        await self._order("startup")

    async def stop(self) -> None:
        await self._order("shutdown")
        await self._task

    async def _run(self, scope: dict) -> None:
        try:
            await self._app(scope, self._orders.get, self._answers.put)
        finally:
            await self._answers.put({"type": "ended"})

    async def _order(self, phase: str) -> None:
        await self._orders.put({"type": f"lifespan.{phase}"})
        answer = await self._answers.get()
        if answer["type"] != f"lifespan.{phase}.complete":
            await self._task
            raise AssertionError(answer.get("message") or answer)


class _Opened:
    """Holds a state open in one task, without the application that it is for."""

    def __init__(self, opening: AbstractAsyncContextManager[Mapping]) -> None:
        self._opening = opening
        self._end = asyncio.Event()
        self.state: dict = {}

    async def start(self) -> None:
        opened = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._hold(opened))
        await asyncio.wait({opened, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not opened.done():
            await self._task

    async def _hold(self, opened: asyncio.Future) -> None:
        async with self._opening as state:
            self.state.update(state)
            opened.set_result(None)
            await self._end.wait()

    async def stop(self) -> None:
        self._end.set()
        await self._task


@asynccontextmanager
async def serving(
    app, *, base_url: str, opening: AbstractAsyncContextManager[Mapping] | None = None
) -> AsyncIterator[ServiceClient]:
    """Start `app` and yield a client of it; errors that it answers with 500 are answers.

    With `opening` that is its state in place of what its lifespan opens, so that one application,
    which takes a third of a second to make, serves many tests.
    """
    lifespan = _Lifespan(app) if opening is None else _Opened(opening)
    await lifespan.start()

    async def with_state(scope, receive, send) -> None:
        await app({**scope, "state": dict(lifespan.state)}, receive, send)

    transport = httpx.ASGITransport(app=with_state, raise_app_exceptions=False)
    try:
        async with ServiceClient(app, transport, lifespan.state, base_url) as client:
            yield client
    finally:
        await lifespan.stop()
