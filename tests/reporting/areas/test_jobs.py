"""Areas copied from a registry that answers over HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from services.reporting.areas.jobs import copy_areas_first
from services.reporting.areas.queries import area_names, areas_mark, present_codes
from services.reporting.worker import RegistryConsumer
from shared.db.session import transaction
from shared.http.client import make_client
from shared.schemas.events import EventRead
from shared.schemas.registry import Topic
from shared.scope import SYSTEM
from tests.reporting.conftest import READER
from tests.reporting.story import Story
from tests.support.registry import FakeRegistry

DECREE = [
    {"old_code": old, "old_name": name, "new_code": new, "valid_from": "2026-05-06"}
    for old, name, new in (("91.01", "Merauke lama", "91.03"), ("33", "Jawa Tengah", "33"))
]


class Registry(FakeRegistry):
    """Knows as well what became of areas."""

    successions: list[dict] = []  # noqa: RUF012 - each test sets its own

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v1/area-successions":
            return await super().handle_async_request(request)
        self.requests.append(request)
        long = {"PROVINCE": 2, "REGENCY": 5}[request.url.params["level"]]
        items = [each for each in self.successions if len(each["old_code"]) == long]
        return httpx.Response(200, json={"items": items, "next": None})


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def copy(worker, registry, db) -> Callable[..., Awaitable[None]]:
    """Return the function that gives the worker events of the registry, and lets it work."""
    client = make_client(
        "http://registry.test", token=lambda: "token", name="registry", transport=registry
    )
    wired = replace(worker, clients={"registry": client}, readers=lambda _: ())

    async def consume(*events: EventRead) -> None:
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await RegistryConsumer().consume(session, list(events))
        await wired.drain()

    return consume


@pytest.fixture
def read(db) -> Callable[..., Awaitable]:
    """Return the function that asks one of the queries."""

    async def ask(query):
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            return await query(session)

    return ask


def changed(topic: Topic = Topic.AREAS_CHANGED) -> EventRead:
    story = Story()
    return story.tell(topic, about=story.program_id, stream=story.program_id, payload={})


class TestCopyAreas:
    async def test_knows_names_of_what_is_and_of_what_was(self, copy, read, registry):
        registry.successions = DECREE

        await copy(changed())

        names = await read(area_names)
        assert names["33"] == "Jawa Tengah"
        assert names["91.01"] == "Merauke lama"
        assert set(map(len, names)) == {2, 5}
        assert await read(present_codes) == {"91.01": "91.03"}

    async def test_keeps_the_name_of_an_area_that_ends(self, copy, read, registry, rows):
        await copy(changed(Topic.AREAS_IMPORTED))
        registry.areas = [each for each in registry.areas if each.code != "33.72"]
        mark = await read(areas_mark)

        await copy(changed())

        [gone] = await rows("SELECT name FROM reporting.area_name WHERE NOT in_force")
        assert gone["name"] == "Kota Surakarta"
        assert await read(areas_mark) > mark

    async def test_keeps_what_it_has_when_the_registry_lists_nothing(self, copy, read, registry):
        await copy(changed())
        registry.areas = []

        await copy(changed())

        assert "33.73" in await read(area_names)

    async def test_copies_once_what_a_log_read_long_ago_has_told(self, worker, rows):
        async with worker.context() as context:
            await copy_areas_first(context)
            await copy_areas_first(context)

        assert len(await rows("SELECT id FROM reporting.job WHERE kind = 'copy_areas'")) == 1

    async def test_asks_for_nothing_when_other_things_change(self, copy, registry):
        await copy(changed(Topic.FACILITY_CODE_CHANGED))

        assert registry.requests == []
