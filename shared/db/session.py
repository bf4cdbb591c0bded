"""Engines and sessions; the only place that commits."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Connection, Executable, Row, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session, SessionTransaction

from shared.logging import get_logger
from shared.scope import Actor, Reach, Scope

Sessions: TypeAlias = async_sessionmaker[AsyncSession]

# Wakes the workers for jobs that have been committed.
Ring: TypeAlias = Callable[[Sequence[UUID]], Awaitable[None]]

_log = get_logger(__name__)
_ALONE: Final = "alone"
_SET_SCOPE: Final = text("SELECT set_config('app.scope', :scope, true)")


class _ScopedSession(Session):
    """A session whose transactions tell PostgreSQL the scope they run under."""


def _members(reach: Reach) -> dict[str, object]:
    return {
        "ministries": list(reach.ministries),
        "provinces": list(reach.provinces),
        "regencies": list(reach.regencies),
        "facilities": [str(facility) for facility in reach.facilities],
        "participant_id": str(reach.participant_id) if reach.participant_id else None,
    }


@lru_cache(maxsize=4096)
def _scope_json(scope: Scope) -> str:
    reaches = [_members(reach) for reach in scope.reaches]
    return json.dumps({"system": scope.system, "reaches": reaches})


@event.listens_for(_ScopedSession, "after_begin")
def _set_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Set the scope for the transaction that has just begun; a savepoint keeps its parent's."""
    if not transaction.nested and not session.info.get(_ALONE):
        connection.execute(_SET_SCOPE, {"scope": _scope_json(session.info["scope"])})


def _refuse_closed(driver: Any, *_: object) -> None:  # noqa: ANN401 - the pool's own adapter
    # The socket of a server that went away is known to be closed without asking it: this costs
    # nothing, where pool_pre_ping costs three round trips a request.
    if driver.driver_connection.is_closed():
        raise DisconnectionError


def make_engine(
    url: str,
    *,
    name: str,
    pool_size: int = 8,
    transaction_timeout_s: int = 5,
    idle_timeout_s: int = 5,
    lock_timeout_s: int = 2,
) -> AsyncEngine:
    """Return an engine whose connections carry `name` in pg_stat_activity.

    A transaction ends by itself after `transaction_timeout_s`, waits `lock_timeout_s` at most for
    a lock and stays idle for `idle_timeout_s` at most: a long one would hold up every event feed.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        # The message of an error would hold the values of the row.
        hide_parameters=True,
        # A third of what the standard library takes for an event's payload.
        json_deserializer=from_json,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": name,
                "timezone": "UTC",
                "transaction_timeout": f"{transaction_timeout_s}s",
                "lock_timeout": f"{lock_timeout_s}s",
                "idle_in_transaction_session_timeout": f"{idle_timeout_s}s",
            },
        },
    )
    event.listen(engine.sync_engine.pool, "checkout", _refuse_closed)
    return engine


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Return a session factory: objects stay readable after the commit, a closed session ends.

    With SQLAlchemy's default a closed session would silently open a new transaction.
    """
    return async_sessionmaker(
        engine,
        sync_session_class=_ScopedSession,
        expire_on_commit=False,
        close_resets_only=False,
    )


async def _ring(ring: Ring, jobs: Sequence[UUID]) -> None:
    try:
        await ring(jobs)
    except Exception as error:  # noqa: BLE001 - what is committed stands; the sweeper will find it
        _log.warning("bell-failed", jobs=len(jobs), error=type(error).__name__)


@asynccontextmanager
async def transaction(
    sessions: Sessions, *, scope: Scope, actor: Actor, ring: Ring | None = None
) -> AsyncIterator[AsyncSession]:
    """Yield a session in one transaction: commit when the block ends, roll back when it raises.

    The transaction begins with the first statement. Jobs that the block added are rung for after
    the commit.
    """
    rings: list[UUID] = []
    async with sessions(info={"scope": scope, "actor": actor, "rings": rings}) as session:
        yield session
        await session.commit()
    if rings and ring is not None:
        await _ring(ring, rings)


@asynccontextmanager
async def reads_alone(
    sessions: Sessions, *, actor: Actor, scope: Scope
) -> AsyncIterator[AsyncSession]:
    """Yield a session each of whose statements is its own transaction: one round trip, not four.

    For reads alone, of what needs no snapshot together. No scope is set: the statements hold it.
    """
    engine: AsyncEngine = sessions.kw["bind"]
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    info = {"scope": scope, "actor": actor, "rings": [], _ALONE: True}
    async with sessions(bind=alone, info=info) as session:
        yield session


async def read_alone(
    sessions: Sessions, statement: Executable, parameters: Mapping[str, Any]
) -> Row[*tuple[Any, ...]]:
    """Return the one row of a read that is its own transaction, in one round trip instead of four.

    No scope is set: only for hot lists of what every caller of the route may see.
    """
    engine: AsyncEngine = sessions.kw["bind"]
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        return (await connection.execute(statement, parameters)).one()
