"""Idempotency keys: one effect, one answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from shared.clock import utc_now
from shared.db.idempotency import (
    KeyInFlightError,
    KeyReusedError,
    Once,
    StoredAnswer,
    claim_key,
    expire_keys,
    keep_answer,
)
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import NATIONAL
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Idempotency, Row
from tests.support.waiting import eventually

ONCE = Once("balai:kernel|test", "POST /v1/rows", "key-1", b"hash", new_id())
ANSWER = StoredAnswer(201, b'{"id": 1}', {"Location": "/v1/rows/1"})


def open_transaction(sessions):
    return transaction(sessions, scope=NATIONAL, actor=ACTOR)


async def add_row_once(sessions, once=ONCE) -> StoredAnswer | None:
    """Add a row under the key, and return the stored answer if the key is known."""
    async with open_transaction(sessions) as session:
        stored = await claim_key(session, Idempotency, once)
        if stored is None:
            session.add(Row(id=new_id(), name=str(new_id())))
            await keep_answer(
                session,
                Idempotency,
                once,
                status=ANSWER.status,
                body=ANSWER.body,
                headers=ANSWER.headers,
            )
        return stored


async def count(sessions, table) -> int:
    async with open_transaction(sessions) as session:
        return await session.scalar(select(func.count()).select_from(table))


class TestClaimKey:
    async def test_gives_the_first_answer_again(self, sessions):
        answers = [await add_row_once(sessions) for _ in range(3)]

        assert answers == [None, ANSWER, ANSWER]
        assert await count(sessions, Row) == 1

    async def test_has_one_effect_when_the_same_request_comes_many_times_at_once(self, sessions):
        answers = await asyncio.gather(*(add_row_once(sessions) for _ in range(8)))

        assert sorted(answers, key=str) == [None] + [ANSWER] * 7
        assert await count(sessions, Row) == 1

    async def test_refuses_the_key_with_another_body(self, sessions):
        await add_row_once(sessions)

        with pytest.raises(KeyReusedError):
            await add_row_once(sessions, replace(ONCE, body_hash=b"another"))

    @pytest.mark.parametrize("change", [{"caller": "other"}, {"operation": "POST /v1/x"}])
    async def test_takes_the_same_key_of_another_caller_for_another(self, sessions, change):
        await add_row_once(sessions)

        assert await add_row_once(sessions, replace(ONCE, **change)) is None

    async def test_gives_the_key_back_when_the_request_fails(self, sessions):
        async def claim_and_fail():
            async with open_transaction(sessions) as session:
                await claim_key(session, Idempotency, ONCE)
                raise LookupError

        with pytest.raises(LookupError):
            await claim_and_fail()

        assert await add_row_once(sessions) is None

    async def test_gives_up_waiting_for_the_first_request(self, sessions, sessions_of, kernel_url):
        impatient = sessions_of(kernel_url, lock_timeout_s=1)

        async with open_transaction(sessions) as session:
            await claim_key(session, Idempotency, ONCE)
            with pytest.raises(KeyInFlightError) as refused:
                await add_row_once(impatient)

        assert refused.value.retry_after_s == 1

    async def test_waits_for_the_first_request_to_end(self, sessions, sessions_of, kernel_url):
        waiting_sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

        async def somebody_waits(connection):
            return (await connection.exec_driver_sql(waiting_sql)).scalar()

        async with sessions_of(kernel_url).kw["bind"].connect() as connection:
            watch = await connection.execution_options(isolation_level="AUTOCOMMIT")
            async with open_transaction(sessions) as session:
                await claim_key(session, Idempotency, ONCE)
                retry = asyncio.create_task(add_row_once(sessions))
                await eventually(lambda: somebody_waits(watch))
                await keep_answer(session, Idempotency, ONCE, status=200, body=b"{}", headers={})
            assert await retry == StoredAnswer(200, b"{}", {})


class TestExpireKeys:
    async def test_forgets_old_keys_in_chunks(self, sessions):
        now = utc_now()
        for number in range(5):
            await add_row_once(sessions, replace(ONCE, key=str(number)))
        async with open_transaction(sessions) as session:
            await session.execute(
                update(Idempotency)
                .where(Idempotency.key != "4")
                .values(created_at=now - timedelta(days=8))
            )

        async with open_transaction(sessions) as session:
            week_ago = now - timedelta(days=7)
            gone = [
                await expire_keys(session, Idempotency, before=week_ago, limit=3) for _ in range(3)
            ]

        assert gone == [3, 1, 0]
        assert await count(sessions, Idempotency) == 1
