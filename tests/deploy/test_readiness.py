"""A process may be relied on when it says so itself."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from deploy.embedded.readiness import http_ready, port_answers, postgres_ready, valkey_ready
from tests.support import servers


@asynccontextmanager
async def answering(answer: bytes):
    """Listen on a port and answer everything alike."""

    async def serve(reader, writer):
        await reader.read(100)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class TestHttpReady:
    @pytest.mark.parametrize(
        ("answer", "ready"),
        [
            (b"HTTP/1.1 200 OK\r\n\r\n", True),
            (b"HTTP/1.1 302 Found\r\n\r\n", True),
            (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
            (b"HTTP/1.1", False),
            (b"", False),
        ],
    )
    async def test_wants_a_2xx_or_3xx(self, answer, ready):
        async with answering(answer) as port:
            assert await http_ready(port, "/health/ready")() is ready

    async def test_says_no_where_nobody_listens(self):
        assert await http_ready(servers.free_port(), "/")() is False


class TestValkeyReady:
    async def test_signs_in_and_wants_pong(self, valkey):
        password = valkey.url.split("@")[0].rpartition(":")[2] if "@" in valkey.url else ""
        port = int(valkey.url.rpartition(":")[2].split("/")[0])

        assert await valkey_ready(port, password)() is True

    async def test_says_no_while_the_log_is_being_loaded(self):
        async with answering(b"+OK\r\n-LOADING Valkey is loading the dataset\r\n") as port:
            assert await valkey_ready(port, "secret")() is False


class TestPostgresReady:
    @pytest.mark.parametrize(("status", "ready"), [("ready   ", True), ("starting", False)])
    async def test_reads_what_the_server_says_of_itself(self, tmp_path, status, ready):
        lines = ["1", "/data", "2", "5432", "", "127.0.0.1", "  1 2", status]
        (tmp_path / "postmaster.pid").write_text("\n".join(lines) + "\n")

        assert await postgres_ready(tmp_path)() is ready

    async def test_says_no_before_there_is_a_server(self, tmp_path):
        assert await postgres_ready(tmp_path)() is False


class TestPortAnswers:
    async def test_wants_a_connection(self):
        async with answering(b"") as port:
            assert await port_answers("127.0.0.1", port)() is True
        assert await port_answers("127.0.0.1", servers.free_port())() is False
