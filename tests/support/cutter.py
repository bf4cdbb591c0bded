"""A TCP proxy before a server that cuts a connection when the server has answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Cutter:
    """Passes everything on until `cut_next_answer` was called: then one answer is dropped."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._armed = False
        self.cut = 0
        self.port = 0

    def cut_next_answer(self) -> None:
        """Drop what the server sends next, and the connection with it."""
        self._armed = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection(*self._target)
        up = asyncio.create_task(self._pump(reader, ours))
        down = asyncio.create_task(self._pump(theirs, writer, answers=True))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down):
                task.cancel()
            for each in (writer, ours):
                each.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        while data := await reader.read(65536):
            if answers and self._armed:
                self._armed = False
                self.cut += 1
                return
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def cutting(host: str, port: int) -> AsyncIterator[Cutter]:
    """Yield a proxy to a server; its own port is `port` of what is yielded."""
    cutter = Cutter(host, port)
    server = await asyncio.start_server(cutter._serve, "127.0.0.1", 0)
    cutter.port = server.sockets[0].getsockname()[1]
    async with server:
        yield cutter
