"""Transactions: one commit, after which the bells ring."""

import asyncio
import json
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from shared.db.jobs import add_job
from shared.db.session import reads_alone, transaction
from shared.ids import new_id
from shared.schemas.base import Body
from shared.scope import NATIONAL, SYSTEM, Reach, Scope
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Job, Row
from tests.support.waiting import eventually

_NUMBER = text("SELECT pg_current_xact_id()::text")


class Nothing(Body):
    pass


async def add_row(sessions, name="one", *, fail=False):
    async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
        session.add(Row(id=new_id(), name=name))
        if fail:
            raise LookupError


async def count_rows(sessions) -> int:
    async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
        return await session.scalar(select(func.count()).select_from(Row))


class TestTransaction:
    async def test_commits_when_the_block_ends(self, sessions):
        await add_row(sessions)

        assert await count_rows(sessions) == 1

    async def test_rolls_back_when_the_block_raises(self, sessions):
        with pytest.raises(LookupError):
            await add_row(sessions, fail=True)

        assert await count_rows(sessions) == 0

    async def test_tells_postgresql_its_scope_for_this_transaction_only(
        self, sessions_of, kernel_url
    ):
        sessions = sessions_of(kernel_url, pool_size=1)
        scope = Scope(reaches=(Reach(provinces=("32",), ministries=("MSME",)),))
        setting = text("SELECT current_setting('app.scope', true)")

        async with transaction(sessions, scope=scope, actor=ACTOR) as session:
            inside = json.loads(await session.scalar(setting))
            async with session.begin_nested():
                nested = json.loads(await session.scalar(setting))
        async with sessions.kw["bind"].connect() as connection:
            outside = await connection.scalar(setting)

        assert inside["reaches"][0]["provinces"] == ["32"]
        assert inside["reaches"][0]["ministries"] == ["MSME"]
        assert inside["system"] is False
        assert nested == inside
        assert outside == ""

    async def test_rings_after_the_commit(self, sessions):
        rung: list[tuple[UUID, bool]] = []

        async def ring(jobs):
            async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as other:
                rung.extend([(job, await other.get(Job, job) is not None) for job in jobs])

        async with transaction(sessions, scope=SYSTEM, actor=ACTOR, ring=ring) as session:
            job = await add_job(session, Job, kind="nothing", payload=Nothing())
            assert rung == []

        assert rung == [(job.id, True)]

    async def test_does_not_ring_for_what_was_rolled_back(self, sessions):
        rung = []

        async def ring(jobs):
            rung.extend(jobs)

        async def add_and_fail():
            async with transaction(sessions, scope=SYSTEM, actor=ACTOR, ring=ring) as session:
                await add_job(session, Job, kind="nothing", payload=Nothing())
                raise LookupError

        with pytest.raises(LookupError):
            await add_and_fail()

        assert rung == []

    async def test_a_failing_bell_fails_nothing(self, sessions):
        async def ring(_jobs):
            raise ConnectionError

        async with transaction(sessions, scope=SYSTEM, actor=ACTOR, ring=ring) as session:
            job = await add_job(session, Job, kind="nothing", payload=Nothing())

        async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
            assert await session.get(Job, job.id) is not None

    async def test_a_session_cannot_be_used_after_its_transaction(self, sessions):
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await session.scalar(select(func.count()).select_from(Row))

        with pytest.raises(Exception, match="closed"):
            await session.scalar(select(func.count()).select_from(Row))


class TestReadsAlone:
    async def test_each_statement_is_a_transaction_of_its_own(self, sessions):
        async with reads_alone(sessions, scope=NATIONAL, actor=ACTOR) as session:
            numbers = {await session.scalar(_NUMBER) for _ in range(3)}
            scope = await session.scalar(text("SELECT current_setting('app.scope', true)"))

        assert len(numbers) == 3
        assert not scope

    async def test_leaves_the_connection_to_others_as_it_was(self, sessions):
        async with reads_alone(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await session.scalar(text("SELECT 1"))

        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            numbers = {await session.scalar(_NUMBER) for _ in range(3)}
            assert await session.scalar(text("SELECT current_setting('app.scope', true)"))

        assert len(numbers) == 1


class TestMakeEngine:
    async def test_ends_a_transaction_that_takes_too_long(self, sessions_of, kernel_url):
        sessions = sessions_of(kernel_url, transaction_timeout_s=1)

        with pytest.raises(DBAPIError):
            async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
                await session.execute(text("SELECT pg_sleep(3)"))

    async def test_replaces_connections_that_the_server_closed(self, sessions, cluster, kernel_db):
        opened = []
        engine = sessions.kw["bind"].sync_engine
        event.listen(engine, "connect", lambda adapter, _: opened.append(adapter.driver_connection))
        await asyncio.gather(*(add_row(sessions, str(n)) for n in range(4)))

        cluster.execute(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{kernel_db}' AND application_name = 'test'",
        )
        await eventually(lambda: all(connection.is_closed() for connection in opened))

        assert await asyncio.gather(*(count_rows(sessions) for _ in range(4))) == [4] * 4
