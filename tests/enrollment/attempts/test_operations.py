"""Attempts are counted whatever becomes of the request, and forgotten once their time is over."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.enrollment.attempts.jobs import expire
from services.enrollment.attempts.operations import count_alone, count_attempt, forgive
from services.enrollment.attempts.rules import Limit, TooManyAttemptsError
from services.enrollment.base import Job
from shared.db.session import transaction
from shared.jobs.context import JobTables, WorkerContext
from shared.scope import SYSTEM, Actor

WHO = Actor("test", "test")
HOUR = timedelta(hours=1)


def limit(key: str = "a", most: int = 2) -> Limit:
    return Limit("guess", key, most, HOUR)


async def counts(rows) -> list[int]:
    return [row["count"] for row in await rows("SELECT count FROM enrollment.attempt ORDER BY key")]


async def test_counts_up_to_the_limit_of_each_key(db):
    for _ in range(2):
        await count_alone(db, actor=WHO, limits=[limit()])

    with pytest.raises(TooManyAttemptsError) as refused:
        await count_alone(db, actor=WHO, limits=[limit()])
    await count_alone(db, actor=WHO, limits=[limit("b")])

    assert 3590 <= refused.value.retry_after_s <= 3600


async def test_where_one_limit_is_reached_nothing_is_counted(db, rows):
    await count_alone(db, actor=WHO, limits=[limit("a", most=1)])

    with pytest.raises(TooManyAttemptsError):
        await count_alone(db, actor=WHO, limits=[limit("a", most=1), limit("b"), limit("c")])

    assert await counts(rows) == [1]


async def test_a_new_period_begins_with_the_first_attempt_after_the_last(db, rows):
    for _ in range(2):
        await count_alone(db, actor=WHO, limits=[limit()])
    async with transaction(db, scope=SYSTEM, actor=WHO) as session:
        await session.execute(text("UPDATE enrollment.attempt SET expires_at = now()"))

    await count_alone(db, actor=WHO, limits=[limit()])

    assert await counts(rows) == [1]


async def test_what_was_right_is_taken_back(db, rows):
    await count_alone(db, actor=WHO, limits=[limit()])
    async with transaction(db, scope=SYSTEM, actor=WHO) as session:
        await forgive(session, [limit(), limit("never")])
        await forgive(session, [limit()])

    assert await counts(rows) == [0]


async def test_in_the_callers_transaction_a_failure_takes_its_count_back(db, rows):
    async def send(outcome: list[str]) -> str:
        async with transaction(db, scope=SYSTEM, actor=WHO) as session:
            await count_attempt(session, kind="send", key="a", limit=1, within=HOUR)
            return outcome[0]

    with pytest.raises(IndexError):
        await send([])
    assert await counts(rows) == []
    assert await send(["sent"]) == "sent"
    with pytest.raises(TooManyAttemptsError):
        await send(["sent"])


async def test_the_worker_forgets_what_has_passed(db, rows, settings_of, enrollment_db):
    await count_alone(db, actor=WHO, limits=[limit("a"), limit("b")])
    async with transaction(db, scope=SYSTEM, actor=WHO) as session:
        await session.execute(
            text("UPDATE enrollment.attempt SET expires_at = now() WHERE key = :key"),
            {"key": limit("a").digest},
        )

    context = WorkerContext(
        service="enrollment",
        settings=settings_of("enrollment", enrollment_db),
        sessions=db,
        tables=JobTables(job=Job),
    )
    await expire(context)

    assert await counts(rows) == [1]
