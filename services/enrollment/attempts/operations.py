"""Counting attempts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attempts.rules import Limit, TooManyAttemptsError
from shared.db.session import Sessions, transaction
from shared.scope import Actor

# By the database's clock, not the hour of a demonstration's story: a guesser has real time only.
# Who is over the limit adds nothing: the lock ends when its period does.
_COUNT: Final = text(
    """
    INSERT INTO enrollment.attempt AS a (kind, key, count, began_at, expires_at)
    VALUES (:kind, :key, 1, now(), now() + :within)
    ON CONFLICT (kind, key) DO UPDATE SET
        count = CASE WHEN a.expires_at <= now() THEN 1 ELSE least(a.count, :most) + 1 END,
        began_at = CASE WHEN a.expires_at <= now() THEN now() ELSE a.began_at END,
        expires_at = CASE WHEN a.expires_at <= now() THEN now() + :within ELSE a.expires_at END
    RETURNING count <= :most AS allowed, ceil(extract(epoch FROM expires_at - now()))::int AS wait
    """
)
_FORGIVE: Final = text(
    "UPDATE enrollment.attempt SET count = greatest(count - 1, 0) WHERE kind = :kind AND key = :key"
)
_EXPIRE: Final = text(
    """
    DELETE FROM enrollment.attempt WHERE (kind, key) IN (
        SELECT kind, key FROM enrollment.attempt WHERE expires_at <= now()
        ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING kind
    """
)


async def count_attempt(
    session: AsyncSession, *, kind: str, key: str, limit: int, within: timedelta
) -> None:
    """Count one attempt of `kind` at `key` in the caller's transaction.

    A request that then fails takes its count back: whoever counts failures uses `count_alone`.

    Raises:
        TooManyAttemptsError: when there were `limit` in the period already.
    """
    await _count(session, Limit(kind=kind, key=key, most=limit, within=within))


async def _count(session: AsyncSession, limit: Limit) -> None:
    row = (
        await session.execute(
            _COUNT,
            {
                "kind": limit.kind,
                "key": limit.digest,
                "most": limit.most,
                "within": limit.within,
            },
        )
    ).one()
    if not row.allowed:
        raise TooManyAttemptsError(retry_after_s=max(row.wait, 1))


async def count_alone(sessions: Sessions, *, actor: Actor, limits: Sequence[Limit]) -> None:
    """Count one attempt at each of `limits` in a transaction of its own, before it is judged.

    So a thousand guesses at once are as many as one after the other. An attempt that turns out to
    be right is taken back by `forgive`.

    Raises:
        TooManyAttemptsError: when one of them has been reached; then nothing is counted.
    """
    async with transaction(sessions, scope=actor.scope(), actor=actor) as session:
        for limit in sorted(limits, key=lambda each: (each.kind, each.digest)):
            await _count(session, limit)


async def forgive(session: AsyncSession, limits: Sequence[Limit]) -> None:
    """Take one attempt back, which was right."""
    for limit in sorted(limits, key=lambda each: (each.kind, each.digest)):
        await session.execute(_FORGIVE, {"kind": limit.kind, "key": limit.digest})


async def expire_attempts(session: AsyncSession, *, limit: int) -> int:
    """Forget up to `limit` attempts whose period has passed, and return how many."""
    return len((await session.execute(_EXPIRE, {"limit": limit})).all())
