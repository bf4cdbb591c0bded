"""The mark of the log changes whenever anything has become visible in it, in whatever order."""

import pytest
from sqlalchemy import text

from services.registry.marks import queries
from services.registry.marks.queries import read_mark
from shared.ids import new_id
from shared.scope import SYSTEM, Actor

_EVENT = text(
    "INSERT INTO registry.event (stream_id, id, topic, schema, version, occurred_at, actor,"
    " payload) VALUES (:id, :id, 'registry.test.happened', 1, 1, now(), 'test', '{}')"
)


@pytest.fixture
def sessions(registry_db: str, sessions_of):
    return sessions_of(registry_db)


@pytest.fixture
async def writers(sessions):
    """Two writers who have both begun; each has a transaction number, the first the lower one."""
    actor = Actor(issuer="test", subject="writer")
    async with sessions(info={"scope": SYSTEM, "actor": actor}) as first:
        await first.execute(_EVENT, {"id": new_id()})
        async with sessions(info={"scope": SYSTEM, "actor": actor}) as second:
            await second.execute(_EVENT, {"id": new_id()})
            yield first, second


class TestReadMark:
    async def test_stays_while_nothing_happens(self, sessions):
        assert await read_mark(sessions) == await read_mark(sessions)

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in turn", "the later one first"])
    async def test_is_another_after_each_commit(self, sessions, writers, order):
        marks = [await read_mark(sessions)]

        for place in order:
            await writers[place].commit()
            marks.append(await read_mark(sessions))

        assert len(set(marks)) == 3

    async def test_is_unknown_when_too_much_waits(self, sessions, writers, monkeypatch):
        monkeypatch.setattr(queries, "MOST_UNSETTLED", 0)
        await writers[1].commit()

        assert await read_mark(sessions) is None
