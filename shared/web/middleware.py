"""The one middleware: request id, log line, metrics, and the answer to what nobody caught."""

import re
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.client import accept_language
from shared.ids import new_id
from shared.logging import bind_request, get_logger, unbind_request
from shared.web.denials import Denials
from shared.web.faults import as_service_error
from shared.web.metrics import UNMATCHED, RequestMetrics
from shared.web.problems import internal_problem, service_problem

MAX_BODY: Final = 16 * 1024 * 1024
_SLOW_S: Final = 1.0
_CLIENT_GONE: Final = 499
_SERVER_ERROR: Final = 500
_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
# Not sixteen digits, which might be somebody's NIK: the id goes into logs and events.
_REQUEST_ID: Final = re.compile(rb"(?!\d{16}$)[A-Za-z0-9._-]{1,64}")

_log = get_logger(__name__)


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    """Return the trace id, else the request id, that the caller gave, else a fresh one.

    Source: W3C Trace Context, section 3.2.
    """
    trace = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
    if trace is not None:
        return trace.group(1).decode()
    given = _REQUEST_ID.fullmatch(headers.get(b"x-request-id", b""))
    return given.group().decode() if given is not None else new_id().hex


class RequestMiddleware:
    """Names, counts, times and logs every request; nothing that goes wrong inside passes it.

    `templates` give the path template of each endpoint; it is filled while the app is built.
    What a caller was denied is noted after the answer, which never waits for it.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        templates: Mapping[Callable[..., Any], str],
        denials: Denials,
    ) -> None:
        self._app = app
        self._templates = templates
        self._denials = denials
        self._metrics = RequestMetrics(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = request_id_of(headers)
        language = headers.get(b"accept-language")
        accept_language.set(language.decode("latin-1") if language is not None else None)
        token = bind_request(request_id)
        answer = _Answer(send, request_id.encode())
        try:
            await self._measure(scope, _limited(receive, headers), answer)
            await self._denials.note(scope, route=self._route(scope))
        finally:
            unbind_request(token)

    async def _measure(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        began = time.perf_counter()
        self._metrics.begin()
        try:
            await self._run(scope, receive, answer)
        finally:
            self._metrics.end()
            self._record(scope, answer.status, time.perf_counter() - began)

    async def _run(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            answer.status = _CLIENT_GONE
        except Exception as error:  # noqa: BLE001 - the outermost border: it is logged and answered
            await _answer_failure(scope, receive, answer, error)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = self._route(scope), scope["method"]
        self._metrics.record(method, route, status, seconds)
        if status >= _SERVER_ERROR or seconds >= _SLOW_S:
            tell = _log.warning if status >= _SERVER_ERROR else _log.info
            tell("request", method=method, route=route, status=status, seconds=round(seconds, 4))

    def _route(self, scope: Scope) -> str:
        endpoint = scope.get("endpoint")
        return self._templates.get(endpoint, UNMATCHED) if endpoint else UNMATCHED


def _limited(receive: Receive, headers: Mapping[bytes, bytes]) -> Receive:
    """Return `receive`, made to refuse a body that is longer than anybody needs to send."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) <= MAX_BODY and b"transfer-encoding" not in headers:
        return receive
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY or (length.isdigit() and int(length) > MAX_BODY):
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return counted


async def _answer_failure(
    scope: Scope, receive: Receive, answer: "_Answer", error: Exception
) -> None:
    request = Request(scope)
    foreseen = as_service_error(error)
    if foreseen is not None:
        _log.warning("unavailable", code=foreseen.code, error=repr(error))
        response = service_problem(request, foreseen)
    else:
        _log.error("failed", exc_info=error)
        response = internal_problem(request)
    if answer.started:
        # Half an answer is out: cutting the connection is the only way left to say that it broke.
        raise error
    await response(scope, receive, answer)


class _Answer:
    """Passes the answer on, with the request's id, and remembers its status."""

    __slots__ = ("_request_id", "_send", "started", "status")

    def __init__(self, send: Send, request_id: bytes) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False
        self.status = _SERVER_ERROR

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self._request_id)]
        await self._send(message)
