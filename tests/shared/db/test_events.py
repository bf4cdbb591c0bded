"""The event log: complete, in one order, under concurrent writers and after a restore."""

import asyncio
import os
import random
import subprocess
from contextlib import AsyncExitStack
from uuid import UUID

import pytest
from sqlalchemy import select, text, true

from shared.db import events
from shared.db.base import Xid8
from shared.db.events import CursorRefusedError, emit, emit_all, raise_epoch
from shared.db.session import transaction
from shared.ids import new_id
from shared.logging import bind_request, unbind_request
from shared.scope import SYSTEM, Place
from tests.shared.conftest import ACTOR
from tests.shared.db.logbook import NOON, Counted, Reader, count, draft
from tests.shared.db.tables import Event
from tests.support.cluster import PASSWORD, Cluster

WRITERS = 6


class TestEmit:
    async def test_keeps_who_did_what_where(self, sessions):
        stream, facility = new_id(), new_id()
        bound = bind_request("request-7")

        async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
            await emit(
                session,
                Event,
                topic="kernel.number.counted",
                stream_id=stream,
                event=Counted(number=7),
                place=Place(province_code="33", facility_id=facility, home_province_code="94"),
                occurred_at=NOON,
                version=3,
            )
            row = (await session.scalars(select(Event))).one()
        unbind_request(bound)

        assert (row.stream_id, row.version, row.schema, row.epoch) == (stream, 3, 1, 1)
        assert (row.actor, row.request_id) == (ACTOR.name, "request-7")
        assert (row.province_code, row.facility_id) == ("33", facility)
        assert row.payload == {"number": 7}
        assert row.occurred_at == NOON
        assert row.recorded_at > NOON

    async def test_says_nothing_of_what_was_rolled_back(self, sessions):
        async def count_and_fail():
            async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
                await emit_all(session, Event, [draft(1)])
                raise LookupError

        with pytest.raises(LookupError):
            await count_and_fail()

        assert await Reader(sessions).read() == []


class TestReadFeed:
    async def test_pages_to_the_end_and_then_waits(self, sessions):
        await count(sessions, 1, 2, 3)
        await count(sessions, 4, 5)
        reader = Reader(sessions)

        pages = [(await reader.read(limit=2), reader.more) for _ in range(4)]

        assert pages == [([1, 2], True), ([3, 4], True), ([5], False), ([], False)]
        assert reader.epoch == 1

    async def test_goes_on_where_an_empty_page_ended(self, sessions):
        reader = Reader(sessions)
        await reader.read()

        await count(sessions, 1)

        assert await reader.read() == [1]

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "1",
            "1.2",
            "a.b.c",
            "1.2.nonsense",
            f"-1.0.{UUID(int=1)}",
            f"1.{2**64}.{UUID(int=1)}",
        ],
    )
    async def test_refuses_a_cursor_that_it_never_gave(self, sessions, cursor):
        reader = Reader(sessions)
        reader.cursor = cursor

        with pytest.raises(CursorRefusedError):
            await reader.read()


async def write_beside_one_another(sessions) -> Reader:
    """Let writers begin in one order and commit in the other, reading after each commit."""
    reader = Reader(sessions)
    async with AsyncExitStack() as stack:
        for number in range(WRITERS):
            session = await stack.enter_async_context(
                transaction(sessions, scope=SYSTEM, actor=ACTOR)
            )
            await emit_all(session, Event, [draft(number)])
            stack.push_async_callback(reader.read)
    await reader.read()
    return reader


@pytest.fixture
def asked_anew():
    """Build what readers ask anew for a test, and for those after it: it is built once."""
    events.feed_page.cache_clear()
    yield
    events.feed_page.cache_clear()


class TestPassingOver:
    async def test_goes_past_what_is_not_wanted_and_misses_nothing_else(self, sessions):
        noise = "kernel.number.noise"
        reader = Reader(sessions)
        for number in range(0, 12, 3):
            await count(sessions, number, number + 1, topic=noise)
            await count(sessions, number + 2)

        pages = [await reader.read(2, without=(noise,)) for _ in range(3)]

        assert pages == [[2, 5], [8, 11], []]
        assert not reader.more
        assert reader.read_until is None

    async def test_does_not_look_again_at_what_it_has_passed_over(self, sessions, monkeypatch):
        noise = "kernel.number.noise"
        monkeypatch.setattr(events, "PASSED_AT_ONCE", 3)
        reader = Reader(sessions)
        await count(sessions, *range(8), topic=noise)
        await count(sessions, 8)

        seen = [(await reader.read(without=(noise,)), reader.cursor, reader.more) for _ in range(4)]

        assert [(numbers, more) for numbers, _, more in seen] == [
            ([], True),
            ([], True),
            ([8], True),
            ([], False),
        ]
        assert len({cursor for _, cursor, _ in seen}) == 3

    async def test_wants_what_follows_when_a_page_is_full(self, sessions):
        noise = "kernel.number.noise"
        reader = Reader(sessions)
        await count(sessions, 1, 2, 3)
        await count(sessions, 4, topic=noise)

        assert await reader.read(2, without=(noise,)) == [1, 2]
        assert await reader.read(2, without=(noise,)) == [3]
        assert await reader.read(2, without=(noise,)) == []


class TestConcurrentWriters:
    async def test_no_event_is_overtaken(self, sessions):
        reader = await write_beside_one_another(sessions)

        assert reader.numbers == list(range(WRITERS))

    @pytest.mark.usefixtures("asked_anew")
    async def test_without_the_horizon_events_are_lost(self, sessions, monkeypatch):
        monkeypatch.setattr(events, "settled", lambda _: true())

        reader = await write_beside_one_another(sessions)

        assert reader.numbers == [WRITERS - 1]

    @pytest.mark.parametrize("without", [(), ("kernel.number.noise",)])
    async def test_a_jittered_crowd_loses_and_repeats_nothing(
        self, sessions_of, kernel_url, without
    ):
        sessions = sessions_of(kernel_url, pool_size=WRITERS + 1)
        reader, jitter = Reader(sessions), random.Random(7)
        numbers = iter(range(10_000))

        async def write() -> None:
            for _ in range(15):
                async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
                    noise = [draft(-1, topic) for topic in without]
                    wanted = [draft(next(numbers)) for _ in range(2)]
                    await emit_all(session, Event, [*noise, *wanted])
                    await session.execute(
                        text("SELECT pg_sleep(:pause)"), {"pause": jitter.random() / 100}
                    )
                    await emit_all(session, Event, [draft(next(numbers))])

        async def read(writers: asyncio.Future) -> None:
            while not writers.done():
                await reader.read(limit=7, without=without)

        writers = asyncio.gather(*(write() for _ in range(WRITERS)))
        await asyncio.gather(writers, read(writers))
        while await reader.read(without=without):
            pass

        assert sorted(reader.numbers) == list(range(next(numbers)))

    async def test_a_long_transaction_elsewhere_holds_the_feed_up(self, sessions, cluster, owner):
        reader = Reader(sessions)

        async with owner.begin() as other:
            await other.execute(text("CREATE TABLE kernel.slow ()"))
            await count(sessions, 1)
            assert await reader.read() == []
            assert reader.unsettled_since > NOON

        assert await reader.read() == [1]
        assert reader.unsettled_since is None


@pytest.fixture
def fresh_cluster():
    """A second server, whose transactions are numbered from the beginning again."""
    fresh = Cluster()
    try:
        fresh.create()
        fresh.start()
        yield fresh
    finally:
        fresh.destroy()


def burn_transaction_numbers(cluster: Cluster, database: str) -> None:
    cluster.execute(
        database,
        "CREATE TEMP TABLE burnt (n int); DO $$ BEGIN FOR n IN 1..20000 LOOP"
        " BEGIN INSERT INTO burnt VALUES (n); EXCEPTION WHEN others THEN NULL; END;"
        " END LOOP; END $$",
    )


def move(source: Cluster, target: Cluster, database: str) -> None:
    """Dump a database and restore it on another server."""
    environment = {
        **os.environ,
        "PGPASSWORD": PASSWORD,
        "PGUSER": "postgres",
        "PGHOST": "127.0.0.1",
    }

    def run(*command: str, on: Cluster, **options) -> subprocess.CompletedProcess:
        return subprocess.run(
            [on.binaries / command[0], *command[1:]],
            env={**environment, "PGPORT": str(on.port)},
            check=True,
            capture_output=True,
            **options,
        )

    dump = run("pg_dump", "--schema=kernel", database, on=source).stdout
    target.make_database(database, "kernel")
    run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, on=target, input=dump)


@pytest.fixture
async def restored(sessions, sessions_of, cluster, kernel_db, fresh_cluster):
    """The log with ten events, as it is after a dump and restore on a new server."""
    burn_transaction_numbers(cluster, kernel_db)
    await count(sessions, *range(10))
    move(cluster, fresh_cluster, kernel_db)
    return sessions_of(fresh_cluster.url(kernel_db))


async def begin_new_epoch(sessions) -> int:
    async with sessions.kw["bind"].begin() as connection:
        return await raise_epoch(connection, "kernel")


class TestRestore:
    async def test_old_events_come_before_new_ones(self, restored):
        epoch = await begin_new_epoch(restored)
        await count(restored, 10, 11)
        reader = Reader(restored)

        assert await reader.read() == list(range(12))
        assert reader.epoch == epoch == 2

    @pytest.mark.usefixtures("asked_anew")
    async def test_without_the_epoch_old_events_are_invisible(self, restored, monkeypatch):
        def below_the_horizon(event):
            return event.xid < events.func.pg_snapshot_xmin(
                events.func.pg_current_snapshot(), type_=Xid8()
            )

        monkeypatch.setattr(events, "settled", below_the_horizon)
        await begin_new_epoch(restored)
        await count(restored, 10, 11)

        assert await Reader(restored).read() == [10, 11]

    async def test_unless_the_restore_raises_the_epoch_they_stay_invisible(self, restored):
        await count(restored, 10)

        assert await Reader(restored).read() == [10]
