"""Calls to the public API as the pilot's people make them: a token, a key, a business time."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel

from deploy.pilot.wire import Answer, Wire, WireError
from deploy.problems import CommandError
from shared.http.tokens import SigningKey, sign_business_time, sign_token
from shared.schemas.base import Message
from shared.schemas.jobs import JobRead, JobState
from shared.schemas.paging import Page
from shared.scope import Grant

Model = TypeVar("Model", bound=BaseModel)
Query: TypeAlias = Mapping[str, str | int]
Content: TypeAlias = Mapping[str, Any]

CLI_ISSUER: Final = "balai:cli"
PEOPLE_ISSUER: Final = "balai:people"
_TOKEN_LIFETIME_S: Final = 3600
_TRIES: Final = 10
_LONGEST_PAUSE_S: Final = 2.0
_JOB_POLL_S: Final = 0.1
_TRY_AGAIN: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_IN_FLIGHT: Final = b"idempotency-key-in-flight"
_JSON: Final = "application/json"
_CSV: Final = "text/csv"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token: who he is and what it grants.

    A `login` is of the issuer to whose callers the registry assigns what they may do.
    """

    subject: str
    grants: tuple[Grant, ...] = ()
    login: bool = False


class Problem(Message):
    """What a refusal says."""

    code: str = "unknown"
    detail: str | None = None


class RefusedError(CommandError):
    """The API refused a request that the pilot cannot go on without."""

    def __init__(self, what: str, answer: Answer) -> None:
        problem = problem_of(answer)
        self.status = answer.status
        self.code = problem.code
        super().__init__(f"{what} answered {answer.status} {problem.code}: {problem.detail}")


class JobFailedError(CommandError):
    """A job that the pilot cannot go on without did not end well."""


def problem_of(answer: Answer) -> Problem:
    """Return the problem that an answer carries; what did not come from a service has none."""
    try:
        return Problem.model_validate_json(answer.body)
    except ValueError:
        return Problem(code=f"status-{answer.status}")


def _encoded(content: Content) -> bytes:
    return json.dumps(content, separators=(",", ":"), default=str).encode()


class Api:
    """The API behind one entrance; every request carries the business time that was set."""

    def __init__(self, wire: Wire, *, key: SigningKey, logins: SigningKey | None = None) -> None:
        self._wire = wire
        self._key = key
        self._logins = logins
        self._tokens: dict[Caller, str] = {}
        self._business_time = ""
        self.retries = 0

    def set_time(self, now: datetime) -> None:
        """Let every further request happen at the business time `now`."""
        self._business_time = sign_business_time(self._key, now)

    async def get(
        self,
        path: str,
        model: type[Model],
        *,
        caller: Caller | None = None,
        query: Query | None = None,
    ) -> Model:
        """Return what `path` answers.

        Raises:
            RefusedError: when it answers anything but 200.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        answer = await self._send(self._wire.encode("GET", target, headers=self._headers(caller)))
        if answer.status != HTTPStatus.OK:
            raise RefusedError(f"GET {path}", answer)
        return model.model_validate_json(answer.body)

    async def items(
        self,
        path: str,
        model: type[Model],
        *,
        caller: Caller | None = None,
        query: Query | None = None,
    ) -> list[Model]:
        """Return all items of a list, page after page.

        Raises:
            RefusedError: when a page is not answered with 200.
        """
        found: list[Model] = []
        target: str | None = f"{path}?{urlencode({**(query or {}), 'limit': 200})}"
        while target is not None:
            page = await self.get(target, Page[model], caller=caller)  # type: ignore[valid-type] # a model chosen at run time
            found += page.items
            # The next page is an absolute address at the same entrance.
            parts = urlsplit(page.next) if page.next else None
            target = f"{parts.path}?{parts.query}" if parts else None
        return found

    async def fetch(
        self, path: str, *, caller: Caller | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to a GET, whatever it is.

        Raises:
            RefusedError: when it is a refusal.
        """
        told = {**self._headers(caller), **(headers or {})}
        answer = await self._send(self._wire.encode("GET", path, headers=told))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(f"GET {path}", answer)
        return answer

    async def post(self, path: str, content: Content, *, caller: Caller, key: str) -> Answer:
        """Return the answer to a POST, asked again under its key while the outcome is unknown."""
        return await self._send(self.encode(path, content, caller=caller, key=key))

    async def post_openly(self, path: str, content: Content) -> Answer:
        """Return the answer to a POST of somebody without a login, which changes nothing.

        Raises:
            RefusedError: when it is a refusal.
        """
        headers = {**self._headers(None), "content-type": _JSON}
        request = self._wire.encode("POST", path, headers=headers, body=_encoded(content))
        answer = await self._send(request)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(f"POST {path}", answer)
        return answer

    async def must_post(
        self, path: str, content: Content, model: type[Model], *, caller: Caller, key: str
    ) -> Model:
        """Return the thing that a POST made.

        Raises:
            RefusedError: when it was refused.
        """
        answer = await self.post(path, content, caller=caller, key=key)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(f"POST {path}", answer)
        return model.model_validate_json(answer.body)

    async def must_put(self, path: str, content: Content, *, caller: Caller) -> None:
        """Let `content` stand at `path`, whatever stood there before.

        Raises:
            RefusedError: when it was refused.
        """
        headers = {**self._headers(caller), "content-type": _JSON, "if-match": "*"}
        answer = await self._send(
            self._wire.encode("PUT", path, headers=headers, body=_encoded(content))
        )
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(f"PUT {path}", answer)

    async def lose_answer(self, path: str, content: Content, *, caller: Caller, key: str) -> None:
        """Make a POST and hang up when its answer arrives, unread."""
        await self._wire.lose_answer(self.encode(path, content, caller=caller, key=key))

    async def import_file(self, path: str, raw: bytes, *, caller: Caller, key: str) -> JobRead:
        """Return the finished job that a CSV file started.

        Raises:
            RefusedError: when the file was refused as a whole.
        """
        headers = {**self._headers(caller), "content-type": _CSV, "idempotency-key": key}
        answer = await self._send(self._wire.encode("POST", path, headers=headers, body=raw))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(f"POST {path}", answer)
        job = JobRead.model_validate_json(answer.body)
        return await self.await_job(job, service=path.split("/", 2)[1], caller=caller)

    async def await_job(self, job: JobRead, *, service: str, caller: Caller) -> JobRead:
        """Return a job of a service as it is once it has ended."""
        while job.status in (JobState.QUEUED, JobState.RUNNING):
            await asyncio.sleep(_JOB_POLL_S)
            job = await self.get(f"/{service}/v1/jobs/{job.id}", JobRead, caller=caller)
        return job

    async def must_run(
        self, path: str, content: Content, *, caller: Caller, key: str
    ) -> dict[str, Any]:
        """Return the result of the job that a POST started.

        Raises:
            RefusedError: when the POST was refused.
            JobFailedError: when the job did not end well.
        """
        queued = await self.must_post(path, content, JobRead, caller=caller, key=key)
        job = await self.await_job(queued, service=path.split("/", 2)[1], caller=caller)
        if job.status is not JobState.SUCCEEDED:
            raise JobFailedError(f"The job of POST {path} ended as {job.status}: {job.error}")
        return job.result or {}

    def encode(self, path: str, content: Content, *, caller: Caller, key: str) -> bytes:
        """Return a POST as the bytes that go over the wire."""
        headers = {**self._headers(caller), "content-type": _JSON, "idempotency-key": key}
        return self._wire.encode("POST", path, headers=headers, body=_encoded(content))

    def _headers(self, caller: Caller | None) -> dict[str, str]:
        headers = {"balai-business-time": self._business_time} if self._business_time else {}
        if caller is not None:
            headers["authorization"] = f"Bearer {self._token(caller)}"
        return headers

    def _token(self, caller: Caller) -> str:
        token = self._tokens.get(caller)
        if token is None:
            key = self._logins if caller.login else self._key
            if key is None:
                raise CommandError("There is no key with which to sign for somebody's login.")
            token = sign_token(
                key,
                issuer=PEOPLE_ISSUER if caller.login else CLI_ISSUER,
                subject=caller.subject,
                grants=caller.grants,
                lifetime_s=_TOKEN_LIFETIME_S,
            )
            self._tokens[caller] = token
        return token

    async def _send(self, request: bytes) -> Answer:
        """Send a request again, after a growing pause, until its outcome is known."""
        for attempt in range(_TRIES):
            try:
                answer = await self._wire.exchange(request)
            except WireError:
                if attempt == _TRIES - 1:
                    raise
            else:
                in_flight = answer.status == HTTPStatus.CONFLICT and _IN_FLIGHT in answer.body
                if answer.status not in _TRY_AGAIN and not in_flight:
                    return answer
            self.retries += 1
            await asyncio.sleep(min(0.05 * 2**attempt, _LONGEST_PAUSE_S))
        return answer
