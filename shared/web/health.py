"""Health: alive means that the process answers, ready that it can do its work."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from shared.clock import utc_now
from shared.db.session import Sessions
from shared.web.auth import Caller, Public, public
from shared.web.lean import lean
from shared.web.metrics import CONTENT_TYPE, exposition

MAX_SKEW: Final = timedelta(seconds=2)
_DEADLINE_S: Final = 2.0
_MIGRATIONS: Final = Path(__file__).parents[2] / "migrations"
_REVISION: Final = re.compile(r'^(down_)?revision\b[^=]*=\s*(?:"([^"]+)"|None)', re.MULTILINE)


def migration_heads(service: str) -> frozenset[str]:
    """Return the newest revisions that the code of `service` has been written for."""
    known: set[str] = set()
    replaced: set[str] = set()
    for file in (_MIGRATIONS / service).glob("*.py"):
        for down, revision in _REVISION.findall(file.read_text()):
            (replaced if down else known).add(revision)
    return frozenset(known - replaced)


async def _database(sessions: Sessions, service: str, heads: frozenset[str]) -> dict[str, Any]:
    """Return what the database says of itself; `ok` is the verdict."""
    try:
        async with asyncio.timeout(_DEADLINE_S), sessions.kw["bind"].connect() as connection:
            asked_at = utc_now()
            moment = await connection.scalar(select(func.clock_timestamp()))
            skew = abs(moment - asked_at)
            found = await connection.scalars(
                text(f'SELECT version_num FROM "{service}".alembic_version')  # noqa: S608 - our own name
            )
            at_head = frozenset(found) == heads
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return {"ok": False, "database": type(error).__name__}
    return {
        "ok": at_head and skew <= MAX_SKEW,
        "database": "ok",
        "migrations": "ok" if at_head else "not at head",
        "clock_skew_s": round(skew.total_seconds(), 3),
    }


async def _bell(state: dict[str, Any]) -> str:
    """Tell whether Redis answers; without it jobs start later, but they start."""
    redis = state["redis"]
    if redis is None:
        return "none"
    try:
        async with asyncio.timeout(_DEADLINE_S):
            await redis.ping()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is only shown
        return type(error).__name__
    return "ok"


def health_router(service: str) -> APIRouter:
    """Return the routes by which a service is watched; none is part of the published face."""
    router = APIRouter(include_in_schema=False)
    heads = migration_heads(service)

    # Lean: asked every few seconds, and what `balai bench` takes for the app's hello.
    @router.get("/health/live")
    @lean(public)
    async def live(_: Request, __: Caller) -> Response:
        """Tell that the process answers."""
        return JSONResponse({"status": "live"})

    @router.get("/health/ready")
    async def ready(_: Public, request: Request) -> Response:
        """Tell whether requests can be answered, and what stands in the way."""
        state = request.scope["state"]
        checks = await _database(state["sessions"], service, heads)
        passed = checks.pop("ok")
        checks["redis"] = await _bell(state)
        return JSONResponse(
            {"status": "ready" if passed else "not ready", "checks": checks},
            status_code=200 if passed else 503,
        )

    @router.get("/metrics")
    async def metrics(_: Public) -> Response:
        """Return the metrics of all processes of the service."""
        return Response(exposition(), media_type=CONTENT_TYPE)

    return router
