"""The desk when PostgreSQL, or the way to it, breaks: nothing is lost or done twice."""

import asyncio
import json
from functools import partial

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from migrations.run import migrate
from shared.ids import new_id
from tests.support.cluster import Cluster
from tests.support.cutter import cutting
from tests.support.desks import claim_of, open_desks, outcome
from tests.support.seats import Seats
from tests.support.waiting import eventually


@pytest.fixture
async def seats(enrollment_db, sessions_of) -> Seats:
    made = Seats(sessions_of(enrollment_db))
    await made.program()
    return made


class TestLostAnswer:
    async def test_the_desk_asks_again_and_finds_what_was_committed(self, seats, enrollment_db):
        class_id, people = await seats.class_(capacity=9), await seats.people(3)
        url = make_url(enrollment_db)
        async with cutting(url.host, url.port) as cutter:
            through = url.set(port=cutter.port).render_as_string(hide_password=False)
            async with open_desks(through, seats.sessions, count=1) as (desk,):
                await desk.claim(claim_of(class_id, people[0]))
                claim = claim_of(class_id, people[1])
                cutter.cut_next_answer()

                answer = await desk.claim(claim)
                other = await desk.claim(claim_of(class_id, people[2]))

        assert cutter.cut == 1
        assert answer.enrollment_id == claim.enrollment_id
        assert json.loads(answer.body)["state"] == "SEATED"
        assert not other.replayed
        assert len(await seats.enrollments(class_id)) == 3
        await seats.check_counts(class_id)

    async def test_a_client_that_lost_its_answer_gets_the_same_bytes(self, seats, enrollment_db):
        class_id, person = await seats.class_(), await seats.person()
        claim = claim_of(class_id, person)
        async with open_desks(enrollment_db, seats.sessions) as desks:
            first = await desks[0].claim(claim)

            again = await asyncio.gather(
                *(desk.claim(claim._replace(enrollment_id=new_id())) for desk in desks * 3)
            )

        assert {each.body for each in again} == {first.body}
        assert {each.enrollment_id for each in again} == {first.enrollment_id}
        assert all(each.replayed for each in again)


class TestKilledBackend:
    async def test_the_batch_is_written_over_another_connection(self, seats, enrollment_db):
        class_id, people = await seats.class_(capacity=9), await seats.people(4)
        blocked = text(
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name = 'enrollment-desk' AND datname = current_database()"
        )

        async def find() -> int | None:
            async with seats.transaction() as other:
                return await other.scalar(blocked)

        async with open_desks(enrollment_db, seats.sessions, count=1) as (desk,):
            async with seats.transaction() as session:
                await session.execute(
                    text("SELECT FROM enrollment.class WHERE id = :id FOR UPDATE"),
                    {"id": class_id},
                )
                asked = [
                    asyncio.create_task(outcome(desk, claim_of(class_id, each))) for each in people
                ]
                pid = await eventually(find)
                await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
                await eventually(lambda: _changed(find, pid))
            answers = await asyncio.gather(*asked)

        assert not any(isinstance(each, str) for each in answers)
        assert len(await seats.enrollments(class_id)) == 4
        await seats.check_counts(class_id)


async def _changed(find, pid: int) -> bool:
    return await find() not in (None, pid)


class TestKilledServer:
    @pytest.fixture
    def own_cluster(self):
        cluster = Cluster()
        try:
            cluster.create()
            cluster.start()
            yield cluster
        finally:
            cluster.destroy()

    async def test_what_was_acknowledged_is_there_after_the_crash(self, own_cluster, sessions_of):
        template = own_cluster.template("enrollment", partial(migrate, "enrollment"))
        url = own_cluster.url(own_cluster.clone(template, "enrollment"), "enrollment_app")
        seats = Seats(sessions_of(url))
        await seats.program()
        class_id = await seats.class_(capacity=500)
        people = await seats.people(300)
        journal: dict = {}
        unknown: list = []

        async def apply(desk, person) -> None:
            claim = claim_of(class_id, person)
            try:
                journal[claim] = (await desk.claim(claim)).body
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                unknown.append(claim)

        async with open_desks(url, seats.sessions, count=1, batch=8) as (desk,):
            rush = [asyncio.create_task(apply(desk, each)) for each in people]
            await eventually(lambda: len(journal) > 40)
            await asyncio.to_thread(own_cluster.kill)
            await asyncio.gather(*rush)
            acknowledged = dict(journal)
            await asyncio.to_thread(own_cluster.start)
            again = [await desk.claim(claim) for claim in acknowledged]
            retried = [await desk.claim(claim) for claim in unknown]

        assert unknown
        assert [each.body for each in again] == list(acknowledged.values())
        assert all(each.replayed for each in again)
        assert len(await seats.enrollments(class_id)) == len(acknowledged) + len(retried) == 300
        await seats.check_counts(class_id)
