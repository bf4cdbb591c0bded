"""Whatever many do at once to the seats of a wave, what docs/invariants.md says holds.

A state machine draws moves of people, offices, selections and workers and makes them at the same
time, over two applications and one PostgreSQL. While they write and after each step the statements
of `balai audit` re-count the database, and every answer is held against what is there.

BALAI_RUSH_EXAMPLES sets how many stories are told (for nights: 2000, with BALAI_RUSH_SEED another
seed each time); without it the same few are told every time.
"""

import asyncio
import os

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.engine import make_url

from services.enrollment.main import open_state
from shared.scope import Role
from tests.conftest import SERVICE_URLS, application
from tests.support.asgi import UnreachableTransport
from tests.support.rush import Rush
from tests.support.seats import Seats

EXAMPLES = int(os.environ.get("BALAI_RUSH_EXAMPLES", "8"))
SEED = os.environ.get("BALAI_RUSH_SEED")
AT = st.integers(0, 30)
CLASS = st.integers(0, 2)
DOOR = st.integers(0, 1)
SIZE = st.integers(1, 4)
QUOTA = st.tuples(
    st.sampled_from([("SEX", "FEMALE"), ("DISABILITY", "true"), ("DISABILITY", "false")]),
    st.integers(1, 4),
    st.booleans(),
).map(lambda each: (*each[0], each[1], each[2]))
QUOTAS = st.lists(QUOTA, max_size=2, unique_by=lambda each: (each[0], each[1], each[3]))
CLAIM = st.tuples(st.just("claim"), AT, CLASS)
TURNS = ["cancel", "cancel", "cancel", "confirm", "confirm", "decline", "complete", "drop-out"]
MOVES = st.one_of(
    CLAIM,
    CLAIM,
    st.tuples(st.sampled_from(TURNS), AT),
    st.tuples(st.sampled_from(TURNS), AT),
    st.tuples(st.just("transfer"), AT, CLASS),
    st.tuples(st.just("transfer"), AT, CLASS),
    st.tuples(st.just("again"), AT),
    st.tuples(st.just("resize"), CLASS, SIZE, st.integers(1, 4)),
    st.tuples(st.just("limit"), QUOTAS),
    st.tuples(st.just("merge"), st.integers(0, 8), st.integers(0, 7)),
    st.tuples(st.sampled_from(["expire", "promote", "end waitlist"]), CLASS),
)
CHOSEN = st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=6)


class Story(RuleBasedStateMachine):
    """A rush in another thread than the loop that the applications live in."""

    loop: asyncio.AbstractEventLoop
    make: staticmethod
    clean: staticmethod

    def __init__(self) -> None:
        super().__init__()
        self.rush: Rush = self.make()
        self.over = False

    def _wait(self, work) -> None:
        try:
            asyncio.run_coroutine_threadsafe(work, self.loop).result(60)
        except BaseException:
            self.over = True
            raise

    @initialize(
        classes=st.lists(st.tuples(st.integers(1, 2), st.integers(1, 4)), min_size=2, max_size=3),
        confirm_hours=st.sampled_from([None, 24, 24]),
        promotes=st.booleans(),
        selects=st.sampled_from([False, False, False, True]),
        quotas=st.one_of(st.just([]), QUOTAS),
    )
    def begin(self, **terms) -> None:
        """A wave opens, and nine people are there when it does."""
        self._wait(self.rush.begin(**terms))
        claims = [self._move(("claim", 1, at), at) for at in range(9)]
        self._wait(self.rush.at_once(claims))

    @rule(moves=st.lists(st.tuples(MOVES, DOOR), min_size=3, max_size=9))
    def at_once(self, moves) -> None:
        self._wait(self.rush.at_once([self._move(*each) for each in moves]))

    @precondition(lambda self: self.rush.selects)
    @rule(chosen=st.lists(CHOSEN, min_size=1, max_size=3), beside=st.lists(st.tuples(MOVES, DOOR)))
    def selection_is_announced(self, chosen, beside) -> None:
        """The places of some classes are given at once, in which the same people may be chosen."""
        places = [self.rush.place(at, people) for at, people in enumerate(chosen)]
        self._wait(self.rush.at_once([*places, *(self._move(*each) for each in beside)]))

    @rule(hours=st.sampled_from([1, 1, 3, 25]))
    def hours_pass(self, hours) -> None:
        self.rush.pass_hours(hours)

    @rule()
    def workers_work(self) -> None:
        self._wait(self.rush.settle())

    @precondition(lambda self: self.rush.steps > 2)
    @rule(
        class_=CLASS,
        word=st.sampled_from(["open", "open", "end", "end", "call off"]),
        absent=st.integers(0, 2),
        beside=st.lists(st.tuples(MOVES, DOOR), max_size=5),
    )
    def class_moves(self, class_, word, absent, beside) -> None:
        """A class opens, ends or is called off while others pull at it."""
        if word == "open":
            self.rush.reach_start()
        moves = [self._turn_of_class(word, class_, absent)]
        self._wait(self.rush.at_once([*moves, *(self._move(*each) for each in beside)]))

    async def _turn_of_class(self, word, class_, absent) -> None:
        rush = self.rush
        match word:
            case "open":
                asked = await rush.open(class_, absent)
            case "end":
                asked = await rush.end(class_)
            case _:
                asked = rush.call_off(class_)
        await rush.send(asked, 0)

    async def _move(self, move, door) -> None:
        rush = self.rush
        word, *how = move
        match word:
            case "expire" | "promote" | "end waitlist":
                await rush.worked(word, *how)
                return
            case "cancel" | "confirm" | "decline" | "complete" | "drop-out":
                asked = rush.turn(word, *how)
            case _:
                asked = getattr(rush, word)(*how)
        if asked is not None:
            await rush.send(asked, door)

    def teardown(self) -> None:
        try:
            if self.rush.classes and not self.over:
                self._wait(self.rush.settle())
        finally:
            self._wait(self.clean())


@pytest.fixture
async def doors(enrollment_db, settings_of, serve) -> list:
    """Two applications of enrollment that share nothing but the database."""
    app, base_url = application("enrollment"), SERVICE_URLS["enrollment_url"]
    made = settings_of("enrollment", enrollment_db)
    return [
        await serve(
            app,
            base_url=base_url,
            opening=open_state(made, registry_transport=UnreachableTransport()),
        )
        for _ in range(2)
    ]


@pytest.fixture
async def auditor(enrollment_db, cluster):
    url = cluster.url(make_url(enrollment_db).database).replace("+asyncpg", "")
    connection = await asyncpg.connect(url, server_settings={"search_path": "enrollment"})
    yield connection
    await connection.close()


async def empty_tables(auditor) -> list[str]:
    """Return the tables that hold nothing of the installation's own, such as areas."""
    rows = await auditor.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'enrollment'")
    return [
        row["tablename"]
        for row in rows
        if not await auditor.fetchval(f"SELECT EXISTS (SELECT FROM {row['tablename']})")
    ]


@pytest.mark.usefixtures("areas")
@pytest.mark.timeout(120 + 20 * EXAMPLES)
async def test_what_is_always_true_holds_in_every_rush(
    *, doors, auditor, enrollment_db, sessions_of, settings_of, keys, auth
):
    sessions = sessions_of(enrollment_db)
    nik_keys = settings_of("enrollment", enrollment_db).load_nik_keys()
    tables = await empty_tables(auditor)

    def make() -> Rush:
        headers = auth(Role.NATIONAL_ADMIN)
        return Rush(Seats(sessions), doors, headers, keys.private["cli"], auditor, nik_keys)

    async def clean() -> None:
        async with auditor.transaction():
            await auditor.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                await auditor.execute(f"DELETE FROM {table}")

    played = type(
        "Played",
        (Story,),
        {
            "loop": asyncio.get_running_loop(),
            "make": staticmethod(make),
            "clean": staticmethod(clean),
        },
    )
    if SEED is not None:
        played = seed(int(SEED))(played)
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=24,
        deadline=None,
        derandomize=SEED is None,
        database=None,
        # What runs at once does not run twice in the same way: a story is told, not made shorter.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, played, settings=how)
