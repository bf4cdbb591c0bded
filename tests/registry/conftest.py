"""The registry with a small country in it."""

import pytest

from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from services.registry.worker import create_worker
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor
from tests.registry.world import AREAS, SINCE, World

TESTER = Actor(issuer="test", subject="tester")


@pytest.fixture
def in_transaction(registry):
    """Return the function that opens a transaction as a worker does."""

    def begin(scope=SYSTEM, actor=TESTER):
        return transaction(registry.state["sessions"], scope=scope, actor=actor)

    return begin


@pytest.fixture
async def world(registry, auth, in_transaction) -> World:
    rows = [
        read_row(number, {"code": code, "name": name})
        for number, (code, name) in enumerate(AREAS.items(), start=1)
    ]
    async with in_transaction() as session:
        await load_areas(session, rows, valid_from=SINCE, decree="", language="en")
    return World(registry, auth)


@pytest.fixture
def work(registry):
    """Return the function that does all jobs that are due."""

    async def drain() -> None:
        await create_worker(registry.state["settings"]).drain()

    return drain
