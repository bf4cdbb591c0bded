"""A service's worker: its jobs, its crons and its readers of events, in one process.

def create_worker(settings: RegistrySettings | None = None) -> ServiceWorker:
    settings = settings or RegistrySettings()
    return build_worker(
        service="registry",
        settings=settings,
        tables=JobTables(job=Job, row_verdict=RowVerdict, upload=Upload, idempotency=Idempotency),
        handlers=[IMPORT_FACILITIES],
    )

if __name__ == "__main__":
    create_worker().run()
"""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import httpx
import uvloop
from arq.worker import Worker, func
from redis.exceptions import RedisError

from shared.clock import JAKARTA
from shared.db.session import make_engine, make_sessions
from shared.jobs.bell import (
    EXPIRES_MS,
    WAKE,
    connect,
    deserialize,
    open_ring,
    queue_of,
    serialize,
)
from shared.jobs.context import Cron, JobHandler, JobTables, WorkerContext
from shared.jobs.housekeeping import HOUSEKEEPING
from shared.jobs.reader import FeedReader
from shared.jobs.runner import SWEEP_S, Runner
from shared.logging import configure_logging, get_logger
from shared.settings import ServiceSettings

Readers: TypeAlias = Callable[[WorkerContext], Sequence[FeedReader]]

_TRANSACTION_TIMEOUT_S: Final = 30
_OUTAGE_TRIES: Final = 5
_SWITCH_S: Final = 0.0005
_AWAY_PAUSE_S: Final = 1.0

_log = get_logger(__name__)


def _no_readers(_: WorkerContext) -> Sequence[FeedReader]:
    return ()


@dataclass(frozen=True)
class ServiceWorker:
    """Everything that a service does outside of requests."""

    service: str
    settings: ServiceSettings
    tables: JobTables
    handlers: Sequence[JobHandler[Any]]
    crons: Sequence[Cron]
    readers: Readers
    clients: Mapping[str, httpx.AsyncClient] = field(default_factory=dict)
    slots: int = 2
    sweep_s: float = SWEEP_S

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        configure_logging(f"{self.service}-worker")
        for library in ("arq", "httpx", "httpcore"):
            logging.getLogger(library).setLevel(logging.WARNING)
        # What a job makes by the thousand is looked through for garbage as rarely as in a server.
        gc.set_threshold(50_000, 50, 50)
        # A job's thread would keep the loop, and with it every feed, waiting ten times as long
        # each time that something has come.
        sys.setswitchinterval(_SWITCH_S)
        uvloop.run(self._until_signalled())

    async def _until_signalled(self) -> None:
        task = asyncio.create_task(self.work())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            _log.info("worker-stopped")

    async def work(self) -> None:
        """Work until cancelled; jobs that are under way are given back."""
        async with AsyncExitStack() as stack:
            for client in self.clients.values():
                await stack.enter_async_context(client)
            await self._work(await stack.enter_async_context(self.context()))

    async def _work(self, context: WorkerContext) -> None:
        async with asyncio.TaskGroup() as group:
            runner = Runner(context, self.handlers, slots=self.slots, sweep_s=self.sweep_s)
            group.create_task(runner.run())
            group.create_task(self._listen(runner))
            for reader in self.readers(context):
                group.create_task(reader.run(context))
            for cron in self.crons:
                group.create_task(_repeat(cron, context))
            _log.info("worker-started", handlers=[handler.kind for handler in self.handlers])

    async def drain(self) -> None:
        """Read every feed to its end and do every job that is due, once."""
        async with self.context() as context:
            for reader in self.readers(context):
                await reader.drain(context)
            await Runner(context, self.handlers).drain()

    @asynccontextmanager
    async def context(self) -> AsyncIterator[WorkerContext]:
        """Yield what lives as long as the worker."""
        engine = make_engine(
            self.settings.database_url,
            name=f"{self.service}-worker",
            transaction_timeout_s=_TRANSACTION_TIMEOUT_S,
        )
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            ring = await stack.enter_async_context(
                open_ring(self.settings.redis_url, service=self.service)
            )
            yield WorkerContext(
                service=self.service,
                settings=self.settings,
                sessions=make_sessions(engine),
                tables=self.tables,
                ring=ring,
                clients=self.clients,
            )

    async def _listen(self, runner: Runner) -> None:
        """Hear the bell; while Redis is away the runner looks for itself."""
        while self.settings.redis_url is not None:
            try:
                await self._hear(runner, self.settings.redis_url)
            except (RedisError, OSError) as error:
                _log.warning("bell-away", error=type(error).__name__)
                await asyncio.sleep(_AWAY_PAUSE_S)

    async def _hear(self, runner: Runner, url: str) -> None:
        redis = connect(url, queue=queue_of(self.service), tries=_OUTAGE_TRIES)
        worker = Worker(**bell_settings(self.service, runner), redis_pool=redis)
        try:
            await worker.async_run()
        finally:
            if worker.main_task is not None:
                worker.main_task.cancel()
            await redis.aclose(close_connection_pool=True)


def bell_settings(service: str, runner: Runner) -> dict[str, Any]:
    """Return arq's settings of a worker that hears the bell: a fresh dict.

    arq ignores what a settings class inherits, hence no class. Source: its worker.get_kwargs.
    """

    async def wake(ctx: dict[Any, Any], *jobs: Any, **_: Any) -> None:  # noqa: ANN401 - arq calls it so
        _log.debug("bell", jobs=jobs, attempt=ctx.get("job_try"))
        runner.wake()

    return {
        "functions": [func(wake, name=WAKE)],
        "queue_name": queue_of(service),
        "job_serializer": serialize,
        "job_deserializer": deserialize,
        "keep_result": 0,
        "max_jobs": 10,
        "job_timeout": 5,
        "poll_delay": 0.25,
        "expires_extra_ms": EXPIRES_MS,
        # A worker that ends deletes the key: each has its own.
        "health_check_key": f"{queue_of(service)}:health:{socket.gethostname()}:{os.getpid()}",
        "health_check_interval": 15,
        "handle_signals": False,
        "timezone": JAKARTA,
        "log_results": False,
    }


async def _repeat(cron: Cron, context: WorkerContext) -> None:
    while True:
        try:
            await cron.run(context)
        except Exception as error:  # noqa: BLE001 - the next turn tries again
            _log.error("cron-failed", cron=cron.name, exc_info=error)
        await asyncio.sleep(cron.every.total_seconds())


def build_worker(
    *,
    service: str,
    settings: ServiceSettings,
    tables: JobTables,
    handlers: Sequence[JobHandler[Any]] = (),
    crons: Sequence[Cron] = (),
    readers: Readers = _no_readers,
    clients: Mapping[str, httpx.AsyncClient] | None = None,
    slots: int = 2,
    sweep_s: float = SWEEP_S,
) -> ServiceWorker:
    """Return a service's worker; `clients` reach the services whose feeds it reads."""
    return ServiceWorker(
        service=service,
        settings=settings,
        tables=tables,
        handlers=handlers,
        crons=[HOUSEKEEPING, *crons],
        readers=readers,
        clients=clients or {},
        slots=slots,
        sweep_s=sweep_s,
    )
