"""A reader does something with each event exactly once, whatever happens to it or its source."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from shared.db.events import raise_epoch
from shared.db.session import transaction
from shared.http.client import UpstreamUnavailableError
from shared.jobs.reader import FeedReader, Pull, http_feed, local_feed
from shared.scope import SYSTEM
from tests.shared.conftest import ACTOR
from tests.shared.db.logbook import count
from tests.shared.db.tables import Effect, Event, FeedCursor
from tests.support.waiting import eventually


async def note_effects(session, items) -> None:
    values = [
        {"event_id": item.id, "number": item.payload["number"], "at": item.recorded_at}
        for item in items
    ]
    await session.execute(insert(Effect), values)


async def forget_effects(session) -> None:
    await session.execute(delete(Effect))


def make_reader(sessions, **options) -> FeedReader:
    given = {
        "source": "kernel",
        "table": FeedCursor,
        "fetch": local_feed(sessions, Event),
        "consume": note_effects,
        "reset": forget_effects,
        **options,
    }
    return FeedReader(**given)


@pytest.fixture
def reader(sessions) -> FeedReader:
    return make_reader(sessions)


async def effects(sessions) -> list[int]:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        return list(await session.scalars(select(Effect.number).order_by(Effect.number)))


async def cursor(sessions) -> FeedCursor:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        return await session.get_one(FeedCursor, "kernel")


async def recorded_at(sessions):
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        return await session.scalar(select(func.min(Event.recorded_at)))


async def raise_it(owner) -> None:
    async with owner.begin() as connection:
        await raise_epoch(connection, "kernel")


class TestPull:
    async def test_reads_what_there_is_and_says_how_fresh_that_is(self, sessions, context, reader):
        await count(sessions, 1, 2, 3)

        assert await reader.pull(context) is Pull.SOME
        behind = await cursor(sessions)
        assert await reader.pull(context) is Pull.NOTHING
        level = await cursor(sessions)

        assert await effects(sessions) == [1, 2, 3]
        assert (behind.caught_up, behind.as_of) == (False, behind.last_event_at)
        assert (level.caught_up, level.last_event_at) == (True, behind.last_event_at)
        assert level.as_of > behind.as_of
        assert (level.epoch, level.cursor) == (1, behind.cursor)

    async def test_has_not_caught_up_while_an_event_waits_behind_a_transaction(
        self, sessions, context, reader, owner
    ):
        async with owner.begin() as other:
            await other.execute(text("CREATE TABLE kernel.slow ()"))
            await count(sessions, 1)
            recorded = await recorded_at(sessions)
            assert await reader.pull(context) is Pull.NOTHING
            waiting = await cursor(sessions)

        await reader.drain(context)
        await make_reader(sessions).drain(context)
        level = await cursor(sessions)

        assert (waiting.caught_up, waiting.as_of) == (False, recorded)
        assert level.caught_up
        assert level.as_of > recorded

    async def test_what_it_read_is_no_fresher_than_what_still_waits(
        self, sessions, context, reader, owner
    ):
        await count(sessions, 1)
        async with owner.begin() as other:
            await other.execute(text("CREATE TABLE kernel.slow ()"))
            await count(sessions, 2)
            async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
                early = select(func.min(Event.recorded_at)).scalar_subquery() - timedelta(hours=1)
                await session.execute(
                    update(Event)
                    .where(Event.payload["number"].as_integer() == 2)
                    .values(recorded_at=early)
                )
            assert await reader.pull(context) is Pull.SOME
            behind = await cursor(sessions)

        assert behind.as_of == behind.last_event_at - timedelta(hours=1)

    async def test_goes_on_at_once_while_pages_are_full(self, sessions, context):
        reader = make_reader(sessions, limit=2)
        await count(sessions, 1, 2, 3)

        assert [await reader.pull(context) for _ in range(3)] == [
            Pull.MORE,
            Pull.SOME,
            Pull.NOTHING,
        ]

    async def test_goes_past_what_it_does_not_want(self, sessions, context):
        noise = "kernel.number.noise"
        reader = make_reader(sessions, fetch=local_feed(sessions, Event, without={noise}))
        await count(sessions, 1, topic=noise)
        await count(sessions, 2)
        await count(sessions, 3, topic=noise)

        assert [await reader.pull(context) for _ in range(2)] == [Pull.SOME, Pull.NOTHING]
        assert await effects(sessions) == [2]
        noted = (await cursor(sessions)).cursor
        await count(sessions, 4, topic=noise)
        assert await reader.pull(context) is Pull.SOME
        assert (await cursor(sessions)).cursor != noted

    async def test_notes_that_it_is_idle_once_a_second_at_most(self, sessions, context, reader):
        await reader.drain(context)
        first = await cursor(sessions)

        for _ in range(20):
            await reader.pull(context)

        assert (await cursor(sessions)).updated_at - first.updated_at <= timedelta(seconds=1)

    async def test_an_effect_that_fails_moves_nothing(self, sessions, context):
        async def fail_once(session, items):
            await note_effects(session, items)
            if not failed:
                failed.append(True)
                raise ZeroDivisionError

        failed: list[bool] = []
        reader = make_reader(sessions, consume=fail_once)
        await count(sessions, 1, 2)

        with pytest.raises(ZeroDivisionError):
            await reader.pull(context)
        await reader.drain(context)

        assert await effects(sessions) == [1, 2]

    async def test_two_readers_do_nothing_twice(self, sessions, context):
        """An effect done twice would break its primary key."""
        for number in range(0, 60, 3):
            await count(sessions, number, number + 1, number + 2)
        crowd = [make_reader(sessions, limit=7) for _ in range(3)]

        await asyncio.gather(*(reader.drain(context) for reader in crowd))
        await crowd[0].drain(context)

        assert await effects(sessions) == list(range(60))

    async def test_leaves_the_source_to_the_reader_that_holds_it(self, sessions, context):
        reader, other = make_reader(sessions), make_reader(sessions)
        await reader.drain(context)
        await other.drain(context)
        await count(sessions, 1)

        async with context.transaction() as session:
            await session.get(FeedCursor, "kernel", with_for_update=True)
            await other.pull(context)
            assert await effects(sessions) == []
        await other.drain(context)

        assert await effects(sessions) == [1]

    async def test_begins_again_when_its_source_was_restored(
        self, sessions, context, reader, owner
    ):
        await count(sessions, 1, 2)
        await reader.drain(context)
        await raise_it(owner)
        async with owner.begin() as connection:
            await connection.execute(delete(Event).where(Event.payload["number"].as_integer() == 2))

        await count(sessions, 3)
        await reader.drain(context)

        assert await effects(sessions) == [1, 3]
        assert (await cursor(sessions)).epoch == 2

    async def test_begins_again_though_the_restored_source_is_empty(
        self, sessions, context, reader, owner
    ):
        await count(sessions, 1)
        await reader.drain(context)
        await raise_it(owner)
        async with owner.begin() as connection:
            await connection.execute(delete(Event))

        await reader.drain(context)

        assert await effects(sessions) == []
        assert (await cursor(sessions)).caught_up

    async def test_the_effects_prove_that_a_repetition_would_show(self, sessions, context, reader):
        await count(sessions, 1)
        await reader.drain(context)
        async with context.transaction() as session:
            (await session.get_one(FeedCursor, "kernel")).cursor = None

        with pytest.raises(IntegrityError):
            await make_reader(sessions).drain(context)


class TestRun:
    async def test_survives_a_source_that_is_away(self, sessions, context):
        answers = [UpstreamUnavailableError(), UpstreamUnavailableError()]
        here = local_feed(sessions, Event)

        async def fetch(after, limit):
            if answers:
                raise answers.pop()
            return await here(after, limit)

        await count(sessions, 1)
        task = asyncio.create_task(make_reader(sessions, fetch=fetch).run(context))

        async def read() -> bool:
            return await effects(sessions) == [1]

        await eventually(read)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert answers == []


class TestHttpFeed:
    async def test_asks_for_what_follows_its_cursor(self):
        asked = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url))
            page = {"items": [], "cursor": "1.5.x", "epoch": 1, "more": False}
            return httpx.Response(200, json=page)

        async with httpx.AsyncClient(
            base_url="http://registry.test", transport=httpx.MockTransport(answer)
        ) as client:
            fetch = http_feed(client)
            page = await fetch(None, 10)
            await fetch(page.cursor, 10)

        assert asked == [
            "http://registry.test/v1/events?limit=10",
            "http://registry.test/v1/events?limit=10&after=1.5.x",
        ]
