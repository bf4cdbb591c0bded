"""What a phone pays for: the bytes of every request and answer, with lines and headers."""

import httpx


class Meter(httpx.AsyncBaseTransport):
    """Counts what goes over the wire of HTTP/1.1 between a phone and a service."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.calls: list[tuple[str, int]] = []

    @property
    def bytes(self) -> int:
        """All that was sent and received."""
        return sum(size for _, size in self.calls)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sent = await request.aread()
        line = len(f"{request.method} {request.url.raw_path.decode()} HTTP/1.1\r\n\r\n")
        response = await self._inner.handle_async_request(request)
        received = await response.aread()
        size = line + len("HTTP/1.1 200 OK\r\n\r\n") + len(sent) + len(received)
        for name, value in [*request.headers.raw, *response.headers.raw]:
            size += len(name) + len(value) + len(": \r\n")
        self.calls.append((f"{request.method} {request.url.path}", size))
        return response
