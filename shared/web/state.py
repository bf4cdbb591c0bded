"""What lives as long as the process of a service."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypedDict
from uuid import UUID

from redis.asyncio import Redis

from shared.db.grants import BoundLoginColumns, HeldGrantColumns
from shared.db.session import Ring, Sessions, make_engine, make_sessions
from shared.settings import ServiceSettings
from shared.web.auth import Verifier
from shared.web.held import HeldGrants
from shared.web.paging import Cursors


class ServiceState(TypedDict):
    """What every route may find in `request.state`; a service's lifespan adds its own clients."""

    settings: ServiceSettings
    sessions: Sessions
    verifier: Verifier
    cursors: Cursors
    fingerprint_key: bytes
    ring: Ring
    redis: "Redis | None"
    base_url: str
    stopping: asyncio.Event


async def _silent(_: Sequence[UUID]) -> None:
    """Ring no bell: the sweeper finds the jobs."""


@asynccontextmanager
async def service_state(
    settings: ServiceSettings,
    *,
    service: str,
    ring: Ring | None = None,
    held: type[HeldGrantColumns] | None = None,
    bound: type[BoundLoginColumns] | None = None,
) -> AsyncIterator[ServiceState]:
    """Yield what the three services share, made from `settings`; close it at the end.

    `ring` wakes the workers; without one, jobs begin at the next sweep. `held` is the table of what
    the callers of assigned issuers may do; without one they may do nothing. `bound` is the table of
    those among them that act as a person.
    """
    patience = settings.transaction_timeout_s
    engine = make_engine(
        settings.database_url,
        name=f"{service}-http",
        transaction_timeout_s=patience,
        idle_timeout_s=patience,
    )
    sessions = make_sessions(engine)
    secret = settings.cursor_secret.get_secret_value()
    redis = None
    if settings.redis_url is not None:
        redis = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
    try:
        yield {
            "settings": settings,
            "sessions": sessions,
            "verifier": Verifier(
                settings.issuers,
                audience=settings.audience,
                mode=settings.mode,
                denied=settings.denied_tokens,
                held=None if held is None else HeldGrants(sessions, held, bound=bound),
            ),
            "cursors": Cursors(secret),
            "fingerprint_key": hashlib.sha256(b"balai fingerprint\n" + secret.encode()).digest(),
            "ring": ring or _silent,
            "redis": redis,
            "base_url": f"{settings.public_url.rstrip('/')}/{service}",
            "stopping": asyncio.Event(),
        }
    finally:
        if redis is not None:
            await redis.aclose()
        await engine.dispose()
