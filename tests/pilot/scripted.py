"""A server that answers each request as a script says, and keeps what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import httptools


@dataclass
class Request:
    method: str = ""
    target: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


# What to answer; None hangs up without an answer.
Script = Callable[[Request], tuple[int, dict[str, str], bytes] | None]


class _Conversation(asyncio.Protocol):
    def __init__(self, script: Script, asked: list[Request]) -> None:
        self.script, self.asked = script, asked
        self.parser = httptools.HttpRequestParser(self)
        self.request = Request()

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.request.target += url.decode()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.request.headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self.request.body += body

    def on_message_complete(self) -> None:
        self.request.method = self.parser.get_method().decode()
        self.asked.append(self.request)
        answer = self.script(self.request)
        self.request, self.parser = Request(), httptools.HttpRequestParser(self)
        if answer is None:
            self.transport.abort()
            return
        status, headers, body = answer
        lines = [f"HTTP/1.1 {status} x"]
        lines += [] if status == HTTPStatus.NOT_MODIFIED else [f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[tuple[str, list[Request]]]:
    """Yield the server's origin and the list of what it was asked."""
    asked: list[Request] = []
    server = await asyncio.get_running_loop().create_server(
        lambda: _Conversation(script, asked), "127.0.0.1", 0
    )
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
