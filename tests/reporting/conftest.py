"""Reporting with a ledger that tests fill by giving its consumers the events of a story."""

import base64
import json
import os
from collections.abc import Awaitable, Callable, Iterable

import pytest
from sqlalchemy import text

from services.reporting.folding.rules import Source
from services.reporting.ledger.consumers import Consumer
from services.reporting.main import create_app
from services.reporting.worker import EnrollmentConsumer, create_worker
from shared.db.session import Sessions, transaction
from shared.jobs.worker import ServiceWorker
from shared.schemas.events import EventRead
from shared.scope import SYSTEM, Actor
from tests.reporting.asked import Asked
from tests.support.asgi import ServiceClient

READER = Actor(issuer="test", subject="reader")


@pytest.fixture
def db(reporting_db: str, sessions_of) -> Sessions:
    return sessions_of(reporting_db)


@pytest.fixture
def fold(db: Sessions) -> Callable[..., Awaitable[None]]:
    """Return the function that folds events in pages, each in a transaction of its own."""

    async def consume(events: Iterable[EventRead], *, page: int = 1_000) -> None:
        waiting = list(events)
        for start in range(0, len(waiting), page):
            part = waiting[start : start + page]
            for source in Source:
                own = [event for event in part if event.topic.startswith(f"{source}.")]
                async with transaction(db, scope=SYSTEM, actor=READER) as session:
                    await Consumer(source).consume(session, own)

    return consume


@pytest.fixture
def rows(db: Sessions) -> Callable[..., Awaitable[list[dict]]]:
    """Return the function that reads rows by plain SQL."""

    async def read(statement: str, **values) -> list[dict]:
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            found = await session.execute(text(statement), values)
            return [dict(row) for row in found.mappings()] if found.returns_rows else []

    return read


@pytest.fixture
def income_keys(tmp_path):
    path = tmp_path / "income.json"
    key = base64.b64encode(os.urandom(32)).decode()
    path.write_text(json.dumps({"current": "k1", "keys": {"k1": key}}))
    return path


@pytest.fixture
def settings(reporting_db: str, settings_of, income_keys):
    return settings_of("reporting", reporting_db, income_keys=income_keys)


@pytest.fixture
async def reporting(settings, serve) -> ServiceClient:
    return await serve(create_app(settings), base_url="http://reporting.test")


@pytest.fixture
def worker(settings) -> ServiceWorker:
    return create_worker(settings)


@pytest.fixture
def follow(db: Sessions) -> Callable[..., Awaitable[None]]:
    """Return the function that reads enrollment's feed as the worker does, in one page."""

    async def consume(events: Iterable[EventRead]) -> None:
        own = [event for event in events if event.topic.startswith("enrollment.")]
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await EnrollmentConsumer().consume(session, own)

    return consume


@pytest.fixture
async def asked(db: Sessions, follow) -> Asked:
    """A class that was told of and has not ended yet."""
    asked = Asked(db, follow)
    await asked.tell()
    return asked
