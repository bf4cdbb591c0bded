"""Calls to another service: a deadline, a second try where that is safe, its refusals passed on."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any, Final, Literal, TypeAlias

import httpx
from pydantic import BaseModel

from shared.errors import ServiceError, UnavailableError
from shared.i18n import Text
from shared.logging import current_request_id

# The language in which the caller of the request that is being answered wants to be told things.
accept_language: Final[ContextVar[str | None]] = ContextVar("accept_language", default=None)

_TRIES: Final = 2
_RETRY_AFTER_S: Final = 2

# Answers to our token or to our haste: nothing that our caller did, or could mend.
_OUR_OWN_TROUBLE: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
)


class UpstreamUnavailableError(UnavailableError):
    """Another service does not answer in time."""

    code = "upstream-unavailable"
    title = Text("Layanan lain sedang tidak tersedia.", "Another service is not available.")


class RegistryUnavailableError(UpstreamUnavailableError):
    """The registry does not answer in time."""

    code = "registry-unavailable"
    title = Text("Layanan registri sedang tidak tersedia.", "The registry is not available.")


class EnrollmentUnavailableError(UpstreamUnavailableError):
    """Enrollment does not answer in time."""

    code = "enrollment-unavailable"
    title = Text("Layanan pendaftaran sedang tidak tersedia.", "Enrollment is not available.")


class ReportingUnavailableError(UpstreamUnavailableError):
    """Reporting does not answer in time."""

    code = "reporting-unavailable"
    title = Text("Layanan pelaporan sedang tidak tersedia.", "Reporting is not available.")


ServiceName: TypeAlias = Literal["registry", "enrollment", "reporting"]
_UNAVAILABLE: Final[dict[ServiceName | None, type[UpstreamUnavailableError]]] = {
    None: UpstreamUnavailableError,
    "registry": RegistryUnavailableError,
    "enrollment": EnrollmentUnavailableError,
    "reporting": ReportingUnavailableError,
}


class UpstreamRefusedError(ServiceError):
    """Another service refused what it was asked; its own problem is the answer to our caller.

    `upstream_status`, `upstream_code`, `upstream_title` and `upstream_detail` are what it said.
    """

    code = "upstream-refused"
    title = Text("Layanan lain menolak permintaan.", "Another service refused the request.")

    def __init__(self, *, status: HTTPStatus, problem: Mapping[str, Any]) -> None:
        self.upstream_status = HTTPStatus(status)
        self.upstream_code = str(problem.get("code", self.code))
        self.upstream_title = str(problem.get("title", self.title.en))
        self.upstream_detail = str(problem.get("detail", self.upstream_title))
        super().__init__(Text(self.upstream_detail, self.upstream_detail))


class _Bearer(httpx.Auth):
    """Shows a token, the id of the request and the caller's language with every call."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def _show(self, request: httpx.Request) -> None:
        request.headers["Authorization"] = f"Bearer {self._token()}"
        for name, value in (
            ("X-Request-ID", current_request_id()),
            ("Accept-Language", accept_language.get()),
        ):
            if value is not None:
                request.headers[name] = value

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request."""
        self._show(request)
        yield request

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign one request."""
        self._show(request)
        yield request


class ServiceClient(httpx.AsyncClient):
    """A client that knows by which error its service is missed."""

    unavailable: type[UpstreamUnavailableError] = UpstreamUnavailableError


def make_client(
    base_url: str,
    *,
    token: Callable[[], str],
    timeout_s: float = 5.0,
    name: ServiceName | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> ServiceClient:
    """Return a client of the service called `name`, which shows `token()` with every call."""
    client = ServiceClient(
        base_url=base_url,
        auth=_Bearer(token),
        timeout=httpx.Timeout(timeout_s),
        limits=httpx.Limits(max_connections=20, max_keepalive_connections=10),
        transport=transport,
        trust_env=False,
    )
    client.unavailable = _UNAVAILABLE[name]
    return client


async def get_json(
    client: httpx.AsyncClient,
    path: str,
    *,
    deadline_s: float = 5.0,
    params: Mapping[str, str | int] | None = None,
    retry_safe: bool = True,
) -> Any:  # noqa: ANN401 - JSON is whatever the other service sent; the gateway parses it
    """Return the JSON that the other service answers to a GET.

    Raises:
        UpstreamUnavailableError: when it gives no answer within the deadline, or a 5xx.
        UpstreamRefusedError: when it answers 4xx.
    """
    request = client.build_request("GET", path, params=params)
    return await _ask(client, request, deadline_s=deadline_s, retry_safe=retry_safe)


async def post_json(
    client: httpx.AsyncClient,
    path: str,
    *,
    body: BaseModel | Mapping[str, Any],
    deadline_s: float = 5.0,
    idempotency_key: str | None = None,
    retry_safe: bool = False,
) -> Any:  # noqa: ANN401 - as above
    """Return the JSON that the other service answers to a POST.

    A POST is tried twice only where the caller says that it is safe: it changes nothing, or it
    carries an idempotency key.

    Raises:
        UpstreamUnavailableError: when it gives no answer within the deadline, or a 5xx.
        UpstreamRefusedError: when it answers 4xx.
    """
    content = _members(body)
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
    request = client.build_request("POST", path, json=content, headers=headers)
    return await _ask(client, request, deadline_s=deadline_s, retry_safe=retry_safe)


async def put_json(
    client: httpx.AsyncClient,
    path: str,
    *,
    body: BaseModel | Mapping[str, Any],
    deadline_s: float = 5.0,
) -> Any:  # noqa: ANN401 - as above
    """Return the JSON that the other service answers to a PUT, which is safe to send again.

    Raises:
        UpstreamUnavailableError: when it gives no answer within the deadline, or a 5xx.
        UpstreamRefusedError: when it answers 4xx.
    """
    request = client.build_request("PUT", path, json=_members(body))
    return await _ask(client, request, deadline_s=deadline_s, retry_safe=True)


def _members(body: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
    return body.model_dump(mode="json") if isinstance(body, BaseModel) else dict(body)


async def _ask(
    client: httpx.AsyncClient, request: httpx.Request, *, deadline_s: float, retry_safe: bool
) -> Any:  # noqa: ANN401 - as above
    unavailable = getattr(client, "unavailable", UpstreamUnavailableError)
    try:
        async with asyncio.timeout(deadline_s):
            response = await _sent(client, request, tries=_TRIES if retry_safe else 1)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or (
                response.status_code in _OUR_OWN_TROUBLE
            ):
                raise unavailable(retry_after_s=_RETRY_AFTER_S)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                raise _refusal(response)
            return response.json()
    except (TimeoutError, httpx.TransportError, ValueError) as error:
        raise unavailable(retry_after_s=_RETRY_AFTER_S) from error


async def _sent(client: httpx.AsyncClient, request: httpx.Request, *, tries: int) -> httpx.Response:
    """Return the answer, after another try when the first found nobody or a server in trouble."""
    for remaining in range(tries - 1, -1, -1):
        try:
            response = await client.send(request)
        except httpx.TransportError:
            if not remaining:
                raise
        else:
            if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR or not remaining:
                return response
        # Jitter, so that the callers of a service that comes back do not all return at once.
        await asyncio.sleep(random.uniform(0.02, 0.2))  # noqa: S311 - no secret depends on it
    raise AssertionError("tries is at least 1")


def _refusal(response: httpx.Response) -> UpstreamRefusedError:
    kind = response.headers.get("content-type", "")
    problem = response.json() if kind.startswith("application/problem+json") else {}
    return UpstreamRefusedError(status=HTTPStatus(response.status_code), problem=problem)
