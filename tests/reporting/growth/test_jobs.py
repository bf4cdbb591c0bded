"""A home that an older version has folded: it never kept some topics, nor knew some tables."""

from dataclasses import replace

import pytest
from pydantic_core import to_json

from services.reporting.folding.rules import Source
from services.reporting.freshness.queries import read_sources
from services.reporting.freshness.rules import Standing
from services.reporting.growth import jobs, operations
from services.reporting.growth.rules import growth_of
from services.reporting.ledger import rules as ledger
from services.reporting.ledger.consumers import Consumer, recorded
from services.reporting.rebuilds.jobs import REBUILD
from services.reporting.rebuilds.operations import order_rebuild
from services.reporting.rebuilds.schemas import RebuildCreate
from shared.clock import utc_now
from shared.db.session import transaction
from shared.http.client import make_client
from shared.jobs.runner import Runner
from shared.schemas.enrollment import Topic
from shared.schemas.events import EventRead
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER
from tests.reporting.story import Story

NEW = {str(Topic.PROGRAM_PHASES_CHANGED), str(Topic.CLAIMED)}
PHASES = [{"kind": "TRAINING", "starts_on": "2026-11-01", "ends_on": "2026-12-20"}]


def told_phases(story: Story) -> EventRead:
    payload = {"program_id": str(story.program_id), "phases": PHASES}
    return story.tell(
        Topic.PROGRAM_PHASES_CHANGED,
        about=story.program_id,
        stream=story.program_id,
        payload=payload,
    )


@pytest.fixture
def log(enrollment_db, sessions_of):
    """Return the function that writes events into enrollment's own log."""
    sessions = sessions_of(enrollment_db)

    async def write(events: list[EventRead]) -> None:
        async with transaction(sessions, scope=SYSTEM, actor=READER) as session:
            connection = await session.connection()
            for event in events:
                await connection.exec_driver_sql(
                    "INSERT INTO enrollment.event (stream_id, id, topic, schema, version,"
                    " occurred_at, recorded_at, actor, payload)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, 'test', $8::jsonb)",
                    (
                        event.stream_id,
                        event.id,
                        event.topic,
                        event.schema_version,
                        event.version,
                        event.occurred_at,
                        event.recorded_at,
                        to_json(event.payload).decode(),
                    ),
                )

    return write


@pytest.fixture
async def wired(worker, enrollment, token):
    """Return the worker, reading the feed of an enrollment that runs; its readers stand still."""
    client = make_client(
        "http://enrollment.test",
        token=lambda: token(Role.SERVICE),
        name="enrollment",
        transport=enrollment.transport,
    )
    clients = {**worker.clients, "enrollment": client}
    return replace(worker, clients=clients, readers=lambda _: ())


@pytest.fixture
def catch_up(wired):
    """Return the function that looks for growth as the cron does, and does the jobs of it."""

    async def run() -> int:
        async with wired.context() as context:
            await jobs.look(context)
            return await Runner(context, [jobs.READ, REBUILD]).drain()

    return run


@pytest.fixture
async def story(fold, rows, log) -> Story:
    """A wave that an older version folded, which kept neither claims nor phases."""
    story = Story().play(people=30)
    told_phases(story)
    await log(story.events)
    await fold(event for event in story.events if event.topic not in NEW)
    await rows(
        "UPDATE reporting.fold SET topics = CAST(:topics AS text[]), layout = :layout"
        " WHERE source = 'enrollment'",
        topics=[each for each in ledger.topics_of(Source.ENROLLMENT) if each not in NEW],
        layout=ledger.layout_of(Source.ENROLLMENT),
    )
    return story


async def fold_of(rows) -> dict:
    [found] = await rows("SELECT * FROM reporting.fold WHERE source = 'enrollment'")
    return found


class TestReadAnew:
    async def test_takes_every_event_that_was_never_kept_once(self, story, catch_up, rows, db):
        assert await catch_up() == 1

        found = await rows("SELECT DISTINCT era FROM reporting.ledger")
        [era] = [row["era"] for row in found]
        ids = await rows("SELECT id::text FROM reporting.ledger")
        assert sorted(row["id"] for row in ids) == sorted(str(each.id) for each in story.events)
        fold = await fold_of(rows)
        assert (fold["era"], fold["behind_since"]) == (era, None)
        assert fold["topics"] == ledger.topics_of(Source.ENROLLMENT)
        [people] = await rows("SELECT sum(n)::int AS n FROM reporting.enrollment_cube")
        [signups] = await rows("SELECT sum(n)::int AS n FROM reporting.signup_summary")
        [phases] = await rows("SELECT phases FROM reporting.program_phases_now")
        assert people["n"] == signups["n"] == len(story.people)
        assert phases["phases"] == PHASES

    async def test_leaves_figures_that_equal_the_ledger_folded_anew(
        self, story, catch_up, wired, rows, db
    ):
        await catch_up()

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await order_rebuild(session, body=RebuildCreate(sources=[Source.ENROLLMENT]))
        async with wired.context() as context:
            await Runner(context, [REBUILD]).drain()
        [job] = await rows("SELECT result FROM reporting.job WHERE kind = 'rebuild'")
        assert job["result"]["differences"] == 0
        assert job["result"]["entries"] == len(story.events)

    async def test_counts_once_what_the_feed_s_reader_took_meanwhile(
        self, story, fold, log, catch_up, rows
    ):
        before = len(story.events)
        story.enroll(next(iter(story.classes)))
        await log(story.events[before:])
        await fold(story.events[before:])

        await catch_up()

        [signups] = await rows("SELECT sum(n)::int AS n FROM reporting.signup_summary")
        assert signups["n"] == len(story.people)

    async def test_is_ordered_once_and_may_be_run_again(self, story, wired, rows):
        async with wired.context() as context:
            await jobs.look(context)
            await jobs.look(context)
            waiting = await rows("SELECT id FROM reporting.job")
            assert len(waiting) == 1
            await Runner(context, [jobs.READ]).drain()
        await rows("UPDATE reporting.fold SET topics = '{}' WHERE source = 'enrollment'")

        async with wired.context() as context:
            await jobs.look(context)
            await Runner(context, [jobs.READ]).drain()

        [ledger_rows] = await rows("SELECT count(*)::int AS n FROM reporting.ledger")
        assert ledger_rows["n"] == len(story.events)

    async def test_stops_when_the_source_is_restored_meanwhile(self, story, db, rows):
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await Consumer(Source.ENROLLMENT).reset(session)
        era = (await fold_of(rows))["era"]

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            taken = await operations.take_missing(
                session,
                source=Source.ENROLLMENT,
                era=era - 1,
                topics=frozenset(NEW),
                events=[recorded(event) for event in story.events],
            )

        assert not taken
        fold = await fold_of(rows)
        assert (fold["position"], fold["topics"]) == (0, ledger.topics_of(Source.ENROLLMENT))


class TestLook:
    async def test_folds_anew_what_is_folded_into_other_tables(
        self, fold, rows, catch_up, enrollment
    ):
        story = Story().play(people=20)
        await fold(story.events)
        await rows("DELETE FROM reporting.signup_cube")
        await rows(
            "UPDATE reporting.fold SET topics = CAST(:topics AS text[]), layout = 'older'"
            " WHERE source = 'enrollment'",
            topics=ledger.topics_of(Source.ENROLLMENT),
        )

        assert await catch_up() == 1

        fold_row = await fold_of(rows)
        assert fold_row["layout"] == ledger.layout_of(Source.ENROLLMENT)
        assert fold_row["behind_since"] is None
        [signups] = await rows(
            "SELECT sum(n)::int AS n FROM reporting.signup_cube WHERE generation = :live",
            live=fold_row["generation"],
        )
        assert signups["n"] == len(story.people)
        assert await rows("SELECT id FROM reporting.alarm") == []

    async def test_notes_what_a_new_home_folds_and_orders_nothing(self, catch_up, rows, fold):
        await fold(Story().play(people=3).events)

        assert await catch_up() == 0

        found = await rows(
            "SELECT source, topics, behind_since FROM reporting.fold ORDER BY source"
        )
        assert {row["source"]: row["topics"] for row in found} == {
            str(source): ledger.topics_of(source) for source in Source
        }
        assert {row["behind_since"] for row in found} == {None}

    async def test_figures_say_that_they_are_behind(self, story, wired, rows, db):
        now = utc_now()
        await rows(
            "INSERT INTO reporting.feed_cursor (source, as_of, caught_up)"
            " VALUES ('enrollment', now(), true)"
        )
        async with wired.context() as context:
            await jobs.look(context)

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            standing = Standing(await read_sources(session))
        behind = (await fold_of(rows))["behind_since"]
        fresh = standing.freshness([Source.ENROLLMENT], now=behind.replace(year=now.year + 1))
        assert fresh.as_of <= behind
        assert fresh.lag_seconds > 86_400 * 364


class TestGrowthOf:
    def test_is_what_is_known_and_was_not_kept(self):
        growth = growth_of(kept=["a", "gone"], known=["a", "b"], layout="1", present="1")

        assert (growth.topics, growth.refold, growth.nothing) == ({"b"}, False, False)
        assert growth_of(kept=["a"], known=["a"], layout="1", present="1").nothing
        assert growth_of(kept=["a"], known=["a"], layout=None, present="1").refold
