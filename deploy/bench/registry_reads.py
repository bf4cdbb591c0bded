"""Pages of facilities over HTTP, against PostgreSQL alone and against the app's own hello."""

import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.bench.load import Load, Result, drive
from deploy.bench.postgres import run_script
from deploy.bench.stack import BenchError
from deploy.pilot.api import CLI_ISSUER
from deploy.pilot.wire import Answer, Wire
from services.registry.facilities.queries import page_shape
from services.registry.facilities.rules import FacilitySort
from services.registry.pages.queries import page_as_json
from shared.http.tokens import SigningKey, load_key, sign_token
from shared.scope import Grant, Role

PAGE: Final = 50
HELLO: Final = "/health/live"
_CONNECTIONS: Final = 32
_MOST_A_SECOND: Final = 20_000
_TOKEN_LIFETIME_S: Final = 7200
# The facility after which page number `page` begins; pgbench puts its own variable there.
_AFTER: Final = "('BENCH-' || lpad(CAST(:page * 50 - 1 AS text), 6, '0'))"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who asks a service at its own port, without the entrance in between."""

    origin: str
    token: str

    def get(self, target: str, *, etag: str | None = None) -> bytes:
        """Return a GET as the bytes that go over the wire."""
        known = "" if etag is None else f"if-none-match: {etag}\r\n"
        return (
            f"GET {target} HTTP/1.1\r\nhost: {urlsplit(self.origin).netloc}\r\n{known}"
            f"authorization: Bearer {self.token}\r\n\r\n"
        ).encode()

    def post(self, target: str, body: str, *, key: str | None = None) -> bytes:
        """Return a POST of JSON as the bytes that go over the wire."""
        once = "" if key is None else f"idempotency-key: {key}\r\n"
        return (
            f"POST {target} HTTP/1.1\r\nhost: {urlsplit(self.origin).netloc}\r\n{once}"
            f"authorization: Bearer {self.token}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body.encode())}\r\n\r\n{body}"
        ).encode()

    def load(self, requests: Sequence[bytes], *, connections: int, seconds: float) -> Load:
        """Return a load of these requests, each once."""
        address = urlsplit(self.origin)
        return Load(
            address.hostname or "127.0.0.1", address.port or 80, connections, seconds, requests
        )


def reader_of(variables: dict[str, str], *, key: SigningKey | None = None) -> Reader:
    """Return a reader of the registry of a running stack, who may do everything."""
    token = sign_token(
        key or load_key(variables["BALAI_CLI_SIGNING_KEY"]),
        issuer=CLI_ISSUER,
        subject="bench:registry",
        grants=[Grant(Role.NATIONAL_ADMIN)],
        lifetime_s=_TOKEN_LIFETIME_S,
    )
    return Reader(variables["REGISTRY_URL"], token)


def enrollment_reader(variables: dict[str, str]) -> Reader:
    """Return the same somebody at enrollment's port."""
    return replace(reader_of(variables), origin=variables["ENROLLMENT_URL"])


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of the list of facilities, each with the ETag that it came under."""

    targets: Sequence[str]
    etags: Sequence[str]

    def requests(self, reader: Reader, *, known: bool, number: int) -> list[bytes]:
        """Return requests for pages by chance, by somebody who knows them already or does not."""
        each = [
            reader.get(target, etag=etag if known else None)
            for target, etag in zip(self.targets, self.etags, strict=True)
        ]
        return random.Random(1).choices(each, k=number)  # noqa: S311 - what is read is no secret


async def find_pages(reader: Reader, *, number: int) -> Pages:
    """Follow the list of facilities from its second page on and return up to `number` pages."""
    targets: list[str] = []
    etags: list[str] = []
    async with Wire(reader.origin, connections=1) as wire:
        following = next_of(await ask(wire, reader, f"/v1/facilities?limit={PAGE}"))
        while following is not None and len(targets) < number:
            answer = await ask(wire, reader, following)
            targets.append(following)
            etags.append(answer.headers["etag"])
            following = next_of(answer)
    return Pages(targets, etags)


async def ask(wire: Wire, reader: Reader, target: str) -> Answer:
    """Return the answer to one GET.

    Raises:
        BenchError: when it is not 200.
    """
    answer = await wire.exchange(reader.get(target))
    if answer.status != HTTPStatus.OK:
        raise BenchError(f"GET {target} answered {answer.status}.")
    return answer


def next_of(answer: Answer) -> str | None:
    """Return where the page that follows stands at the service's own port; None at the end."""
    page: dict[str, Any] = json.loads(answer.body)
    if page["next"] is None:
        return None
    # The address leads through the entrance, which takes the service's name away.
    parts = urlsplit(page["next"])
    return f"{parts.path.removeprefix('/registry')}?{parts.query}"


def page_statement() -> str:
    """Return the statement by which the service reads a page, as pgbench asks it for any page."""
    shape = page_shape(["after code"], FacilitySort.CODE, PAGE)
    return page_as_json(shape).text.replace(":after_code", _AFTER)


async def alone_rate(url: str, *, pages: int, seconds: int) -> float:
    """Return the pages a second of PostgreSQL alone: pages 1 to `pages`, by chance.

    Raises:
        BenchError: when pgbench fails.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".pgbench") as script:
        script.write(f"\\set page random(1, {pages})\n{page_statement()};\n")
        script.flush()
        rate, _ = await asyncio.to_thread(run_script, url, Path(script.name), {}, seconds=seconds)
        return rate


async def read_rate(
    reader: Reader, requests: Sequence[bytes], *, seconds: float, status: HTTPStatus
) -> Result:
    """Return what came of reads over 32 connections.

    Raises:
        BenchError: when any got another answer than `status`, or there were too few requests.
    """
    load = reader.load(requests, connections=_CONNECTIONS, seconds=seconds)
    result = await asyncio.to_thread(drive, load)
    if set(result.statuses) != {status}:
        raise BenchError(f"Reads were answered with {dict(result.statuses)}.")
    if result.seconds < seconds:
        raise BenchError("There were not enough requests for the time.")
    return result


def enough(seconds: float) -> int:
    """Return how many requests surely last for a slice."""
    return int(_MOST_A_SECOND * seconds)
