import asyncio

from services.registry.marks.jobs import EVERY_S, GOOD_S, Watch, watching


class TestWatch:
    async def test_forgets_what_it_could_not_ask_for_too_long(self, registry_db, sessions_of):
        now = [100.0]
        watch = Watch(sessions_of(registry_db), clock=lambda: now[0])
        unknown = watch.mark

        await watch.refresh()
        known = watch.mark
        now[0] += GOOD_S + 0.01

        assert (unknown, watch.mark) == (None, None)
        assert known is not None

    async def test_goes_on_when_the_database_is_away(self, sessions_of, unused_tcp_port):
        away = f"postgresql+asyncpg://nobody@127.0.0.1:{unused_tcp_port}/none"
        watch = Watch(sessions_of(away))
        task = asyncio.create_task(watch.run())

        done, _ = await asyncio.wait([task], timeout=EVERY_S * 2)
        task.cancel()

        assert not done
        assert watch.mark is None


class TestWatching:
    async def test_knows_the_mark_soon(self, registry_db):
        async with watching(registry_db) as watch, asyncio.timeout(10):
            while watch.mark is None:  # noqa: ASYNC110 - a property, not an event
                await asyncio.sleep(0.01)
