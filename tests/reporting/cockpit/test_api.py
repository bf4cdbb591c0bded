import asyncio
import gc
import json
import socket
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import uvicorn

from services.reporting.main import create_app
from shared.http.tokens import sign_business_time
from shared.schemas.enrollment import Topic
from shared.scope import Role
from shared.web.serve import _Server
from tests.reporting.story import START, Story
from tests.support.waiting import eventually

PHASES = [
    {"kind": "PREPARATION", "starts_on": "2026-10-01", "ends_on": "2026-10-31"},
    {"kind": "TRAINING", "starts_on": "2026-11-01", "ends_on": "2026-12-29"},
]


@pytest.fixture
async def story(fold) -> Story:
    """Four centres with two classes each, the first in West Java opened with its people."""
    story = Story()
    story.publish()
    story.tell(
        Topic.PROGRAM_PHASES_CHANGED,
        about=story.program_id,
        stream=story.program_id,
        payload={"program_id": str(story.program_id), "phases": PHASES},
    )
    facilities = [story.register_facility(place) for place in range(4)]
    for facility in facilities:
        for hour in (0, 2):
            story.plan_class(facility, starts_at=START + timedelta(hours=hour))
    first = next(iter(story.classes))
    people = [story.enroll(first, home=0) for _ in range(3)]
    story.change_class(first, "OPENED")
    for person in people[:2]:
        story.move(person, Topic.PRESENCE_REPORTED, presence="PRESENT")
    await fold(story.events)
    return story


@pytest.fixture
def at_start(keys) -> dict[str, str]:
    """Return the header of a demonstration that has reached half an hour after the start."""
    return {
        "Balai-Business-Time": sign_business_time(
            keys.private["cli"], START + timedelta(minutes=30)
        )
    }


class TestGetCockpit:
    async def test_counts_the_hour_of_the_start(self, story, reporting, at_start):
        response = await reporting.get(
            "/v1/cockpit", params={"wave": str(story.wave_id)}, headers=at_start
        )

        read = response.json()
        assert response.status_code == 200
        assert read["total"] == {
            "classes_planned": 8,
            "classes_opened": 1,
            "classes_due": 4,
            "classes_silent": 3,
            "centres_silent": 3,
            # Three people could be told by their figures.
            "seated": None,
            "reported": None,
            "present": None,
        }
        assert {each["zone"]: each["classes_silent"] for each in read["zones"]} == {
            "WIB": 1,
            "WITA": 1,
            "WIT": 1,
        }
        assert [each["province"] for each in read["provinces"]] == ["32", "51", "91"]
        assert read["next_start"] == (START + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
        assert read["wave"]["name"] == "Gelombang 1"
        assert read["synthetic"] is True

    async def test_names_no_start_to_come_once_every_class_has_started(
        self, story, fold, reporting
    ):
        # By the real clock the hour is still ahead: the demonstration has played it already.
        ahead = (await reporting.get("/v1/cockpit")).json()["next_start"]
        told = len(story.events)
        for number, class_id in enumerate([*story.classes][1:]):
            story.change_class(class_id, "CANCELLED" if number % 2 else "OPENED")
        await fold(story.events[told:])

        # What is answered from memory is a second old at most.
        async def named() -> bool:
            return (await reporting.get("/v1/cockpit")).json()["next_start"] is None

        assert ahead == START.isoformat().replace("+00:00", "Z")
        await eventually(named)

    async def test_tells_the_days_left_of_the_pilot(self, story, reporting, at_start):
        read = (await reporting.get("/v1/cockpit", headers=at_start)).json()

        [course] = read["programs"]
        assert (course["starts_on"], course["ends_on"]) == ("2026-10-01", "2026-12-29")
        assert (course["days"], course["day"], course["days_left"]) == (90, 54, 36)
        assert course["phases"] == ["TRAINING"]

    async def test_tells_the_speed_of_signing_up(self, story, reporting):
        read = (await reporting.get("/v1/cockpit")).json()

        assert read["signups"]["total"] == read["signups"]["claims"] == 3
        assert read["signups"]["peak"]["signups"] in (1, 2, 3)

    async def test_is_confirmed_without_a_statement(self, story, reporting, at_start):
        first = await reporting.get("/v1/cockpit", headers=at_start)
        known = {**at_start, "If-None-Match": first.headers["etag"]}

        assert (await reporting.get("/v1/cockpit", headers=known)).status_code == 304
        later = {**known, "Balai-Business-Time": at_start["Balai-Business-Time"]}
        assert (
            await reporting.get("/v1/cockpit?wave=" + str(story.wave_id), headers=later)
        ).status_code == 200

    async def test_knows_no_wave_that_was_not_published(self, story, reporting):
        for path in ("/v1/cockpit", "/v1/cockpit/stream"):
            response = await reporting.get(path, params={"wave": str(uuid4())})
            assert (response.status_code, response.json()["code"]) == (404, "wave-unknown")

    async def test_refuses_what_it_does_not_know(self, story, reporting):
        assert (await reporting.get("/v1/cockpit?province=32")).status_code == 400
        assert (await reporting.get("/v1/cockpit?wave=x")).status_code == 422
        forged = {"Authorization": "Bearer x"}
        assert (await reporting.get("/v1/cockpit", headers=forged)).status_code == 401


class Running:
    """A server in this process, on a socket of its own."""

    def __init__(self, app) -> None:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            timeout_graceful_shutdown=3,
        )
        self.server = _Server(config)
        self.task: asyncio.Task | None = None

    async def start(self) -> httpx.AsyncClient:
        self.task = asyncio.create_task(self.server._serve(sockets=[self.socket]))
        await eventually(lambda: self.server.started)
        host, port = self.socket.getsockname()
        return httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=20)

    async def stop(self) -> float:
        """Ask it to end and return how many seconds that took."""
        began = time.monotonic()
        self.server.should_exit = True
        await self.task
        return time.monotonic() - began


@pytest.fixture
async def running(settings) -> AsyncIterator[Running]:
    threshold = gc.get_threshold()
    running = Running(create_app(settings.model_copy(update={"cockpit_listeners": 2})))
    yield running
    if running.task is not None and not running.task.done():
        await running.stop()
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.fixture
async def client(running) -> AsyncIterator[httpx.AsyncClient]:
    async with await running.start() as client:
        yield client


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, dict]]:
    """Yield the events of a stream as a browser would read them."""
    name, data = "message", ""
    async for line in response.aiter_lines():
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data += line.removeprefix("data:").strip()
        elif not line and data:
            yield name, json.loads(data)
            name, data = "message", ""


async def figures(stream: AsyncIterator[tuple[str, dict]]) -> dict:
    async with asyncio.timeout(15):
        async for name, data in stream:
            if name == "cockpit":
                return data
    raise AssertionError("the stream ended")


class TestStreamCockpit:
    async def test_tells_what_is_and_then_what_changes(self, story, client, fold):
        path = f"/v1/cockpit/stream?wave={story.wave_id}"
        async with client.stream("GET", path, headers={"Last-Event-ID": "../x"}) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["cache-control"] == "no-store"
            stream = events(response)
            first = await figures(stream)
            story.change_class(list(story.classes)[1], "OPENED")
            await fold(story.events)

            second = await figures(stream)

        assert first["wave"]["id"] == str(story.wave_id)
        assert first["total"]["classes_opened"] == 1
        assert second["total"]["classes_opened"] == 2
        assert {"as_of", "lag_seconds"} <= second.keys()

    async def test_says_when_to_come_back_and_that_it_is_alive(self, story, client):
        async with client.stream("GET", "/v1/cockpit/stream") as response:
            lines = response.aiter_lines()
            heard = []
            async with asyncio.timeout(15):
                async for line in lines:
                    heard.append(line)
                    if line == "event: freshness":
                        break

        assert heard[0] == "retry: 3000"
        assert ":" in heard

    async def test_answers_a_token_that_is_good_and_refuses_one_that_is_not(
        self, story, client, auth
    ):
        async with client.stream(
            "GET", "/v1/cockpit/stream", headers=auth(Role.ANALYST)
        ) as response:
            assert response.status_code == 200
            assert (await figures(events(response)))["total"]["classes_planned"] == 8
        refused = await client.get("/v1/cockpit/stream", headers={"Authorization": "Bearer x"})

        assert refused.status_code == 401

    async def test_refuses_one_too_many_until_one_leaves(self, story, client, running):
        path = "/v1/cockpit/stream"
        async with client.stream("GET", path) as first:
            async with client.stream("GET", path) as second:
                assert [first.status_code, second.status_code] == [200, 200]
                refused = await client.get(path)
                assert (refused.status_code, refused.json()["code"]) == (503, "cockpit-full")
                assert refused.headers["retry-after"] == "10"
            board = running.server.lifespan.state["board"]
            await eventually(lambda: board.listeners == 1)
            async with client.stream("GET", path) as third:
                assert third.status_code == 200
        await eventually(lambda: board.listeners == 0)
        assert board._channels == {}

    async def test_ends_with_the_server_at_once(self, story, client, running):
        async with client.stream("GET", "/v1/cockpit/stream") as response:
            stream = events(response)
            await figures(stream)
            ending = asyncio.create_task(running.stop())
            async with asyncio.timeout(10):
                rest = [name async for name, _ in stream]

        assert "cockpit" not in rest
        assert await ending < 3
        assert not running.server.force_exit

    async def test_reads_once_however_many_listen(self, story, client, running, rows):
        board = running.server.lifespan.state["board"]
        async with (
            client.stream("GET", "/v1/cockpit/stream") as one,
            client.stream("GET", "/v1/cockpit/stream") as other,
        ):
            first, second = await asyncio.gather(figures(events(one)), figures(events(other)))

        assert first["total"] == second["total"]
        assert len({mark[:4] for mark in board._kept}) == 1
