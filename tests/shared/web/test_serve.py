import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]


@pytest.fixture
def listening():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        yield opened


@pytest.fixture
def processes(listening, tmp_path):
    """Return the function that starts a server on the one socket."""
    started = []

    def start() -> subprocess.Popen:
        command = [
            *(sys.executable, "-m", "shared.web.serve"),
            *("tests.shared.web.served:create_app", "--fd", str(listening.fileno())),
        ]
        with (tmp_path / f"{len(started)}.log").open("w") as log:
            process = subprocess.Popen(
                command,
                pass_fds=[listening.fileno()],
                cwd=ROOT,
                env={**os.environ, "MARK": str(tmp_path / "hanging")},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)


@pytest.fixture
async def client(listening):
    host, port = listening.getsockname()
    async with httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=20) as client:
        yield client


class TestServe:
    async def test_serves_on_the_socket_it_was_given(self, processes, client):
        process = processes()

        assert (await client.get("/pid")).json() == process.pid

    async def test_runs_on_uvloop_with_a_frozen_start(self, processes, client):
        processes()

        running = (await client.get("/loop")).json()

        assert running["loop"].startswith("uvloop")
        assert running["frozen"] > 10_000
        assert running["threshold"] == 50_000

    async def test_ends_on_sigterm_though_a_request_never_ends(self, processes, client, tmp_path):
        process = processes()
        await client.get("/pid")
        hanging = asyncio.create_task(client.get("/forever"))
        await eventually((tmp_path / "hanging").exists)

        process.send_signal(signal.SIGTERM)

        code = await asyncio.to_thread(process.wait, 10)
        assert code in (0, -signal.SIGTERM)
        with contextlib.suppress(httpx.TransportError):
            await hanging

    async def test_shares_the_socket_with_another_process(self, processes, client):
        first = processes()
        await client.get("/pid")

        second = processes()
        first_answers = (await client.get("/pid")).json()
        first.kill()
        first.wait(10)

        assert first_answers == first.pid
        async with httpx.AsyncClient(base_url=client.base_url, timeout=20) as fresh:
            assert (await fresh.get("/pid")).json() == second.pid
