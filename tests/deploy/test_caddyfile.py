"""The entrance: one origin, a prefix a service, and nothing of the inside."""

import asyncio
import json

import httpx
import pytest

from deploy.embedded.readiness import http_ready
from deploy.embedded.servers import caddy_program, find_servers
from deploy.embedded.supervisor import Supervisor, Unit
from tests.support import servers


@pytest.fixture
async def upstream():
    """Answer every request with the path that arrived."""

    async def serve(reader, writer):
        line = (await reader.readline()).split()
        while (await reader.readline()).strip():
            pass
        body = json.dumps({"path": line[1].decode()}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body))
        writer.write(b"Connection: close\r\n\r\n" + body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
async def entrance(home, terminal, upstream):
    """Run the real Caddy with the committed file; reporting has nobody behind it."""
    port = servers.free_port()
    variables = {
        "BALAI_ENTRANCE_HOST": f":{port}",
        "REGISTRY_UPSTREAM": f"127.0.0.1:{upstream}",
        "ENROLLMENT_UPSTREAM": f"127.0.0.1:{upstream}",
        "REPORTING_UPSTREAM": f"127.0.0.1:{servers.free_port()}",
    }
    program = caddy_program(home, find_servers(home, None), None, variables)
    supervisor = Supervisor(home, terminal)
    await supervisor.start([Unit(program, http_ready(port, "/docs"))])
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    await supervisor.stop()


async def test_leads_to_a_service_without_its_prefix(entrance):
    answer = await entrance.get("/registry/v1/areas?level=PROVINCE")

    assert answer.json() == {"path": "/v1/areas?level=PROVINCE"}


async def test_shows_the_three_apis(entrance):
    answer = await entrance.get("/docs")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for service in ("registry", "enrollment", "reporting"):
        assert f'href="/{service}/docs"' in answer.text


async def test_leads_from_the_root_to_something(entrance):
    assert (await entrance.get("/")).headers["location"] == "/docs"
    assert (await entrance.get("/reporting")).headers["location"] == "/reporting/"


@pytest.mark.parametrize(
    "path", ["v1/events", "v1/events?after=x", "v1%2Fevents", "v1/%65vents", "metrics"]
)
async def test_does_not_lead_to_feeds_and_counters(entrance, path):
    answer = await entrance.get(f"/enrollment/{path}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


@pytest.mark.parametrize(
    ("language", "title"),
    [("en-GB,id;q=0.5", "There is nothing at this address."), ("id", "Alamat ini tidak ada.")],
)
async def test_says_what_is_not_there_in_the_callers_language(entrance, language, title):
    answer = await entrance.get("/nowhere", headers={"Accept-Language": language})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == title
    assert answer.json()["request_id"]


async def test_says_when_a_service_is_down(entrance):
    answer = await entrance.get("/reporting/v1/reports")

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["retry-after"] == "1"
