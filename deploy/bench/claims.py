"""Claims over HTTP: how many a second, and how soon they are figures."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from deploy.bench.field import PEOPLE, Ground, bench_id
from deploy.bench.load import Driver, Load, Result, drive
from deploy.bench.stack import BenchError
from deploy.pilot.api import CLI_ISSUER, Api
from deploy.pilot.figures import read_report
from deploy.pilot.freshness import Lag, Sight, lag_of
from deploy.pilot.wire import Wire
from shared.http.tokens import SigningKey, load_key, sign_token
from shared.scope import Grant, Role

# As many offices type in claims; their tokens are verified once and then known.
_CALLERS: Final = 32
_TOKEN_LIFETIME_S: Final = 7200
_POLL_S: Final = 0.05
_SETTLED_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter at which claims are handed in: enrollment's own port, and tokens to show there.

    Claims go to the service itself, without the entrance in between, as they do in the
    measurements that the bars come from.
    """

    host: str
    port: int
    tokens: Sequence[str]

    def claims(self, ground: Ground, *, number: int) -> list[bytes]:
        """Return `number` claims of as many people, ready to be sent."""
        choices = random.Random(ground.program)  # noqa: S311 - where people go is no secret
        paths = [
            f"POST /v1/classes/{ground.class_id(each)}/enrollments HTTP/1.1\r\n"
            f"host: {self.host}:{self.port}\r\ncontent-type: application/json\r\n"
            for each in range(ground.classes)
        ]
        return [
            _claim(choices.choice(paths), self.tokens[person % len(self.tokens)], ground, person)
            for person in range(number)
        ]

    def load(self, ground: Ground, *, connections: int, seconds: float, number: int) -> Load:
        """Return a load of claims."""
        requests = self.claims(ground, number=number)
        return Load(self.host, self.port, connections, seconds, requests)


def _claim(head: str, token: str, ground: Ground, person: int) -> bytes:
    body = f'{{"participant_id":"{bench_id(1, person)}"}}'
    key = f"bench-{ground.program}-{person}"
    return (
        f"{head}authorization: Bearer {token}\r\nidempotency-key: {key}\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


def counter_of(variables: dict[str, str]) -> Counter:
    """Return the counter of a running stack."""
    address = urlsplit(variables["ENROLLMENT_URL"])
    key = load_key(variables["BALAI_CLI_SIGNING_KEY"])
    tokens = [_token(key, number) for number in range(_CALLERS)]
    return Counter(address.hostname or "127.0.0.1", address.port or 80, tokens)


def _token(key: SigningKey, number: int) -> str:
    return sign_token(
        key,
        issuer=CLI_ISSUER,
        subject=f"bench:{number}",
        grants=[Grant(Role.NATIONAL_ADMIN)],
        lifetime_s=_TOKEN_LIFETIME_S,
    )


def claim_rate(counter: Counter, ground: Ground, *, connections: int, seconds: float) -> Result:
    """Return what came of claims over so many connections.

    Raises:
        BenchError: when any claim got another answer than 201, or people ran out.
    """
    result = drive(
        counter.load(ground, connections=connections, seconds=seconds, number=_enough(seconds))
    )
    if set(result.statuses) != {HTTPStatus.CREATED}:
        raise BenchError(f"Claims were answered with {dict(result.statuses)}.")
    if result.seconds < seconds:
        raise BenchError("There were not enough people for the time.")
    return result


def _enough(seconds: float) -> int:
    return min(PEOPLE, int(12_000 * seconds))


def race(counter: Counter, ground: Ground, *, connections: int, number: int) -> Result:
    """Let more people claim than a class has seats, all at once."""
    return drive(counter.load(ground, connections=connections, seconds=60.0, number=number))


async def measure_lag(
    variables: dict[str, str], counter: Counter, ground: Ground, *, connections: int, seconds: float
) -> tuple[Lag, Result]:
    """Return how far figures stay behind while claims come as fast as they are answered.

    Raises:
        BenchError: when the figure has not come to the number of claims long after the last.
    """
    number = _enough(seconds)
    driver = Driver(counter.load(ground, connections=connections, seconds=seconds, number=number))
    loading = asyncio.create_task(asyncio.to_thread(driver.result))
    sights: list[Sight] = []
    async with Wire(variables["PUBLIC_URL"], connections=1) as wire:
        api = Api(wire, key=load_key(variables["BALAI_CLI_SIGNING_KEY"]))
        while not loading.done():
            sights.append(await _look(api, ground))
            await asyncio.sleep(_POLL_S)
        result = await loading
        made = result.statuses[HTTPStatus.CREATED]
        for _ in range(int(_SETTLED_WITHIN_S / _POLL_S)):
            if sights and sights[-1].figure >= made:
                break
            sights.append(await _look(api, ground))
            await asyncio.sleep(_POLL_S)
    lag = lag_of(result.answered_at, sights, base=0)
    if lag is None or sights[-1].figure != made:
        raise BenchError(f"{made} claims were made, and the figure is {sights[-1].figure}.")
    return lag, result


async def _look(api: Api, ground: Ground) -> Sight:
    report = await read_report(api, "funnel", wave_id=ground.wave_id)
    return Sight(time.monotonic(), report.count("claims"))
