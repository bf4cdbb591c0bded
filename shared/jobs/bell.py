"""The bell: arq carries "wake up, job 7" over Redis and nothing else.

What is to be done stands in the job table. A bell that is lost costs a few seconds, until the
sweeper looks; a bell that rings twice finds nothing to do.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shared.db.session import Ring

WAKE: Final = "wake"

# arq drops a bell a day after its time by default, and reports it as a failure.
EXPIRES_MS: Final = 7 * 24 * 3600 * 1000

# A request does not wait for a Redis that is away.
_PATIENCE_S: Final = 1.0


def queue_of(service: str) -> str:
    """Return the name of a service's queue."""
    return f"balai:{service}"


def serialize(bell: dict[str, Any]) -> bytes:
    """Write a bell as JSON: pickle would run whatever stands in Redis."""
    return json.dumps(bell, default=str).encode()


def deserialize(raw: bytes) -> dict[str, Any]:
    """Read a bell."""
    bell: dict[str, Any] = json.loads(raw)
    return bell


def connect(url: str, *, queue: str, tries: int) -> ArqRedis:
    """Return a client that connects when it is first used and survives a short outage."""
    pool = ConnectionPool.from_url(
        url,
        retry=Retry(ExponentialBackoff(cap=2, base=0.2), tries),
        retry_on_error=[RedisConnectionError, RedisTimeoutError, OSError],
        retry_on_timeout=True,
        socket_connect_timeout=_PATIENCE_S,
    )
    return ArqRedis(
        pool,
        job_serializer=serialize,
        job_deserializer=deserialize,
        default_queue_name=queue,
        expires_extra_ms=EXPIRES_MS,
    )


def make_ring(redis: ArqRedis, queue: str) -> Ring:
    """Return the callable that wakes the workers of `queue`.

    A bell has no id of its own choosing: one that is rung while its job runs would be swallowed.
    """

    async def ring(jobs: Sequence[UUID]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            for job in jobs:
                await redis.enqueue_job(WAKE, str(job), _queue_name=queue)

    return ring


@asynccontextmanager
async def open_ring(url: str | None, *, service: str) -> AsyncIterator[Ring | None]:
    """Yield the bell of `service`'s workers, or none where there is no Redis."""
    if url is None:
        yield None
        return
    redis = connect(url, queue=queue_of(service), tries=1)
    try:
        yield make_ring(redis, queue_of(service))
    finally:
        await redis.aclose(close_connection_pool=True)
