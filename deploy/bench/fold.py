"""Folding events in batches against folding them one a transaction, in a database of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.bench.field import plain
from migrations.run import migrate
from services.enrollment.base import Event
from services.reporting.folding.rules import Source
from services.reporting.ledger.consumers import Consumer
from services.reporting.ledger.rules import FOLDINGS
from shared.db.events import read_feed
from shared.db.session import Sessions, make_engine, make_sessions, transaction
from shared.schemas.events import EventRead
from shared.scope import NATIONAL, Actor

BATCH: Final = 1_000
_DATABASE: Final = "bench_fold"
_EXTENSIONS: Final = ("pg_trgm", "cube", "earthdistance", "btree_gist", "fuzzystrmatch")
_BENCH: Final = Actor(issuer="balai:bench", subject="bench")


@dataclass(frozen=True, slots=True)
class FoldRates:
    """Events a second, in batches and one by one."""

    batched: float
    single: float

    @property
    def ratio(self) -> float:
        """How many times faster the batches are."""
        return self.batched / self.single


async def read_events(variables: dict[str, str], *, number: int) -> list[EventRead]:
    """Return the first events of enrollment that move a figure, at most `number`, in order.

    The others cost nothing to fold: alone in a transaction they would pass for a fast one.
    """
    engine = make_engine(variables["ENROLLMENT_DATABASE_URL"], name="bench")
    try:
        return await _read(make_sessions(engine), number)
    finally:
        await engine.dispose()


async def _read(sessions: Sessions, number: int) -> list[EventRead]:
    events: list[EventRead] = []
    after: str | None = None
    while len(events) < number:
        async with transaction(sessions, scope=NATIONAL, actor=_BENCH) as session:
            page = await read_feed(session, Event, after=after, limit=2_000)
        events += foldable_events(page.items)
        after = page.cursor
        if not page.more:
            break
    return events[:number]


def foldable_events(events: Iterable[EventRead]) -> list[EventRead]:
    """Return those of `events` that move a figure."""
    return [event for event in events if event.topic in FOLDINGS]


@asynccontextmanager
async def fold_database(variables: dict[str, str]) -> AsyncIterator[Sessions]:
    """Yield sessions of an empty reporting database that is dropped afterwards."""
    admin = await asyncpg.connect(plain(variables["BALAI_ADMIN_DATABASE_URL"]))
    engine: AsyncEngine | None = None
    try:
        await admin.execute(f'CREATE DATABASE "{_DATABASE}" OWNER reporting_owner')
        engine = make_engine(await _migrated(variables), name="bench")
        yield make_sessions(engine)
    finally:
        if engine is not None:
            await engine.dispose()
        await admin.execute(f'DROP DATABASE IF EXISTS "{_DATABASE}" WITH (FORCE)')
        await admin.close()


async def _migrated(variables: dict[str, str]) -> str:
    """Return the URL of the new database for the app's role, its tables made."""
    new = await asyncpg.connect(_beside(plain(variables["BALAI_ADMIN_DATABASE_URL"])))
    try:
        for extension in _EXTENSIONS:
            await new.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    finally:
        await new.close()
    owner = _beside(variables["REPORTING_MIGRATION_URL"])
    await asyncio.to_thread(migrate, "reporting", owner, variables["REPORTING_APP_ROLE"])
    return _beside(variables["REPORTING_DATABASE_URL"])


def _beside(url: str) -> str:
    """Return the URL of the bench's database on the server of another."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{_DATABASE}"))


async def measure_fold(
    sessions: Sessions, events: Sequence[EventRead], *, single: int
) -> FoldRates:
    """Return the rates of one round: the first `single` of `events` one by one, then the others.

    None of them was ever folded here.
    """
    alone, batched = events[:single], events[single:]
    began = time.perf_counter()
    for event in alone:
        await _consume(sessions, [event])
    between = time.perf_counter()
    for start in range(0, len(batched), BATCH):
        await _consume(sessions, list(batched[start : start + BATCH]))
    ended = time.perf_counter()
    return FoldRates(
        batched=len(batched) / (ended - between), single=len(alone) / (between - began)
    )


async def _consume(sessions: Sessions, events: list[EventRead]) -> None:
    async with transaction(sessions, scope=NATIONAL, actor=_BENCH) as session:
        await Consumer(Source.ENROLLMENT).consume(session, events)
