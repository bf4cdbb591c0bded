"""The desk by itself: how claims become batches, and who is told what."""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

import services.enrollment.enrollments.desk as desk_module
from services.enrollment.enrollments.desk import AlternativesBoard
from services.enrollment.enrollments.rules import DeskBusyError
from shared.db.session import make_engine, make_sessions
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentState
from tests.support.desks import claim_of, open_desks, outcome
from tests.support.seats import NOW
from tests.support.waiting import eventually


@pytest.fixture
async def open_desk(enrollment_db, seats):
    """Return the context of one desk, by default as a process has it."""

    @asynccontextmanager
    async def opened(**options):
        async with open_desks(enrollment_db, seats.sessions, count=1, **options) as (desk,):
            yield desk

    return opened


@pytest.fixture
async def hold(seats):
    """Return the context in which a class is locked, so that claims for it pile up."""

    @asynccontextmanager
    async def held(class_id):
        async with seats.transaction() as session:
            await session.execute(
                text("SELECT FROM enrollment.class WHERE id = :id FOR UPDATE"), {"id": class_id}
            )
            yield

    return held


async def waiting_for_locks(seats) -> int:
    async with seats.transaction() as session:
        return await session.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND application_name = 'enrollment-desk' AND datname = current_database()"
            )
        )


async def batches(seats) -> list[list]:
    """Return the classes of the enrollments that each transaction wrote."""
    async with seats.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT array_agg(class_id) FROM enrollment.enrollment"
                " GROUP BY xmin::text ORDER BY min(xmin::text::bigint)"
            )
        )
        return [row[0] for row in rows]


async def pile_up(seats, hold, desk, claims):
    """Put claims to the desk while the first of them waits for its class; return all outcomes."""
    async with hold(claims[0].class_id):
        first = asyncio.create_task(outcome(desk, claims[0]))
        await eventually(lambda: waiting_for_locks(seats))
        rest = [asyncio.create_task(outcome(desk, each)) for each in claims[1:]]
        await asyncio.sleep(0)
    return await asyncio.gather(first, *rest)


class TestBatches:
    async def test_what_arrives_meanwhile_is_the_next_batch(self, seats, open_desk, hold):
        class_id = await seats.class_(capacity=40)
        claims = [claim_of(class_id, each) for each in await seats.people(31)]

        async with open_desk() as desk:
            await pile_up(seats, hold, desk, claims)

        assert [len(each) for each in await batches(seats)] == [1, 30]
        await seats.check_counts(class_id)

    async def test_no_batch_is_larger_than_allowed(self, seats, open_desk, hold):
        class_id = await seats.class_(capacity=40)
        claims = [claim_of(class_id, each) for each in await seats.people(31)]

        async with open_desk(batch=8) as desk:
            await pile_up(seats, hold, desk, claims)

        assert [len(each) for each in await batches(seats)] == [1, 8, 8, 8, 6]

    async def test_seats_go_by_arrival_within_a_batch(self, seats, open_desk, hold):
        class_id = await seats.class_(capacity=3, reserve_capacity=3)
        people = await seats.people(8)
        claims = [claim_of(class_id, each) for each in people]

        async with open_desk() as desk:
            answers = await pile_up(seats, hold, desk, claims)

        got = [
            each if isinstance(each, str) else json.loads(each.body)["waitlist_number"]
            for each in answers
        ]
        assert got == [None, None, None, 1, 2, 3, "class-full", "class-full"]

    async def test_a_transaction_keeps_to_one_class_where_it_must(self, seats, open_desk, hold):
        classes = [await seats.class_(capacity=20) for _ in range(3)]
        people = await seats.people(19)
        claims = [claim_of(classes[at % 3], each) for at, each in enumerate(people)]

        async with open_desk(one_class=True) as desk:
            answers = await pile_up(seats, hold, desk, claims)

        assert not any(isinstance(each, str) for each in answers)
        assert all(len(set(each)) == 1 for each in await batches(seats))

    async def test_claims_that_would_clash_take_turns(self, seats, open_desk, hold):
        here, there = await seats.class_(capacity=9), await seats.class_(capacity=9)
        people, own = await seats.people(4), new_id()
        claims = [
            claim_of(here, people[0]),
            claim_of(here, people[1]),
            claim_of(there, people[1]),
            claim_of(here, people[2], enrollment_id=own),
            claim_of(here, people[3], enrollment_id=own),
            claim_of(here, people[3], key="k", body_hash=b"one"),
            claim_of(here, people[3], key="k", body_hash=b"two"),
        ]

        async with open_desk() as desk:
            answers = await pile_up(seats, hold, desk, claims)

        codes = [each if isinstance(each, str) else "claimed" for each in answers]
        assert codes == [
            "claimed", "claimed", "already-enrolled", "claimed", "id-taken", "claimed",
            "idempotency-key-reused",
        ]  # fmt: skip
        assert [len(each) for each in await batches(seats)] == [1, 3]
        await seats.check_counts(here)

    async def test_a_claim_behind_one_that_lost_its_race_gets_the_seat(
        self, seats, open_desk, enrollment_db
    ):
        """The seat that the first of a batch would have had goes to the second, not to nobody."""
        here, there = await seats.class_(capacity=1, reserve_capacity=0), await seats.class_()
        loser, next_one = await seats.people(2)
        async with seats.transaction() as session:
            index = await session.scalar(
                text("SELECT nik_index FROM enrollment.participant WHERE id = :id"), {"id": loser}
            )

        async with open_desk(batch=2) as desk:
            async with seats.transaction() as session:
                await session.execute(
                    text("INSERT INTO enrollment.program_claim VALUES (:p, :n, :c, :e)"),
                    {"p": seats.program_id, "n": index, "c": there, "e": new_id()},
                )
                asked = [
                    asyncio.create_task(outcome(desk, claim_of(here, each)))
                    for each in (loser, next_one)
                ]
                await eventually(lambda: waiting_for_locks(seats))
            answers = await asyncio.gather(*asked)

        assert answers[0] == "already-enrolled"
        assert json.loads(answers[1].body)["state"] == "SEATED"


class TestAnswers:
    async def test_one_that_nobody_can_write_harms_no_other(self, seats, open_desk, hold):
        class_id = await seats.class_(capacity=9)
        people = await seats.people(4)
        claims = [claim_of(class_id, each) for each in people]
        claims[2] = claims[2]._replace(request_id="\x00")

        async with open_desk() as desk:
            async with hold(class_id):
                first = asyncio.create_task(desk.claim(claims[0]))
                await eventually(lambda: waiting_for_locks(seats))
                rest = [asyncio.create_task(desk.claim(each)) for each in claims[1:]]
                await asyncio.sleep(0)
            answers = await asyncio.gather(first, *rest, return_exceptions=True)

        assert isinstance(answers.pop(2), asyncpg.PostgresError)
        assert {json.loads(each.body)["state"] for each in answers} == {"SEATED"}
        assert len(await seats.enrollments(class_id)) == 3
        await seats.check_counts(class_id)

    async def test_who_hangs_up_does_not_take_the_answer_from_his_twin(
        self, seats, open_desk, hold
    ):
        class_id, person = await seats.class_(), await seats.person()
        claim = claim_of(class_id, person)

        async with open_desk() as desk:
            async with hold(class_id):
                first = asyncio.create_task(desk.claim(claim))
                await eventually(lambda: waiting_for_locks(seats))
                second = asyncio.create_task(desk.claim(claim))
                await asyncio.sleep(0)
                first.cancel()
            answer = await second

        assert answer.enrollment_id == claim.enrollment_id
        assert first.cancelled()

    async def test_sheds_what_it_cannot_answer_soon(self, seats, open_desk, hold):
        class_id = await seats.class_(capacity=9)
        claims = [claim_of(class_id, each) for each in await seats.people(4)]

        async with open_desk(bound=2) as desk:
            async with hold(class_id):
                asked = [asyncio.create_task(desk.claim(claims[0]))]
                await eventually(lambda: waiting_for_locks(seats))
                asked += [asyncio.create_task(desk.claim(each)) for each in claims[1:3]]
                await asyncio.sleep(0)
                with pytest.raises(DeskBusyError) as shed:
                    await desk.claim(claims[3])
            await asyncio.gather(*asked)
            again = await desk.claim(claims[3])

        assert shed.value.retry_after_s == 1
        assert not again.replayed

    async def test_a_retry_takes_no_room_in_the_queue(self, seats, open_desk, hold):
        class_id = await seats.class_(capacity=9)
        claims = [claim_of(class_id, each) for each in await seats.people(2)]

        async with open_desk(bound=1) as desk:
            async with hold(class_id):
                asked = [asyncio.create_task(desk.claim(claims[0]))]
                await eventually(lambda: waiting_for_locks(seats))
                asked += [asyncio.create_task(desk.claim(each)) for each in (claims[1:] + claims)]
                await asyncio.sleep(0)
            answers = await asyncio.gather(*asked)

        assert [each.replayed for each in answers] == [False, False, True, True]

    async def test_the_end_of_a_process_waits_for_all_answers(self, seats, open_desk):
        class_id = await seats.class_(capacity=9)
        claims = [claim_of(class_id, each) for each in await seats.people(5)]

        async with open_desk(batch=2) as desk:
            asked = [asyncio.create_task(desk.claim(each)) for each in claims]
            await asyncio.sleep(0)

        assert all(each.done() for each in asked)
        assert len(await seats.enrollments(class_id)) == 5

    async def test_free_seats_stay_with_those_who_wait(self, seats, open_desk):
        """A seat that is free while somebody waits is his, not the next caller's."""
        class_id = await seats.class_(capacity=2, reserve_capacity=3, taken=0)
        people = await seats.people(4)
        async with open_desk() as desk:
            for each in people[:3]:
                await desk.claim(claim_of(class_id, each))
            async with seats.transaction() as session:
                await session.execute(
                    text("UPDATE enrollment.class SET capacity = 3 WHERE id = :id"),
                    {"id": class_id},
                )
            answer = await desk.claim(claim_of(class_id, people[3]))

        assert json.loads(answer.body)["waitlist_number"] == 2

    async def test_nobody_is_put_on_a_waitlist_that_has_ended(self, seats, open_desk):
        class_id = await seats.class_(capacity=1, reserve_capacity=3, promote_until=NOW)
        people = await seats.people(2)

        async with open_desk() as desk:
            answers = [await outcome(desk, claim_of(class_id, each)) for each in people]

        assert json.loads(answers[0].body)["state"] == EnrollmentState.SEATED
        assert answers[1] == "class-full"


class TestAlternativesBoard:
    async def test_asks_the_database_once_a_second(self, seats):
        full = await seats.class_(taken=2)
        board = AlternativesBoard(seats.sessions)
        before = await board.alternatives(full, now=NOW)
        await seats.class_()

        kept = await board.alternatives(full, now=NOW)
        patient = AlternativesBoard(seats.sessions, wait_s=20)
        fresh = await patient.alternatives(full, now=NOW)

        assert (len(before), len(kept), len(fresh)) == (0, 0, 1)

    async def test_shows_the_last_answer_while_the_next_is_on_its_way(self, seats):
        full = await seats.class_(taken=2)
        board = AlternativesBoard(seats.sessions, keep_s=0)
        before = await board.alternatives(full, now=NOW)
        opened = await seats.class_()

        shown = await board.alternatives(full, now=NOW)
        found = await eventually(lambda: board.alternatives(full, now=NOW))

        assert (before, shown) == ([], [])
        assert [each.class_id for each in found] == [opened]

    async def test_names_nothing_while_the_database_is_away(self):
        away = make_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none", name="test")
        board = AlternativesBoard(make_sessions(away))

        assert await board.alternatives(new_id(), now=NOW) == []


class TestFunction:
    async def test_the_database_has_the_function_of_the_file(self, seats):
        async with seats.transaction() as session:
            body = await session.scalar(
                text("SELECT prosrc FROM pg_proc WHERE proname = 'claim_seats'")
            )

        file = Path(desk_module.__file__).with_name("desk.sql").read_text()
        assert body == re.search(r"\$\$(.*)\$\$", file, re.DOTALL).group(1)

    async def test_probes_by_key_however_small_the_tables_were(self, seats):
        """A plan made on empty tables must not read them in full once they are large."""
        async with seats.transaction() as session:
            settings = await session.scalar(
                text("SELECT proconfig FROM pg_proc WHERE proname = 'claim_seats'")
            )

        assert {"plan_cache_mode=force_generic_plan", "enable_seqscan=off"} <= set(settings)
