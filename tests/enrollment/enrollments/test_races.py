"""Many at once, as from several processes: nobody oversold, nobody twice, everybody in order."""

import asyncio
import json
import random
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from services.enrollment.classes.operations import change_class
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import CapacityBelowTakenError
from services.enrollment.classes.schemas import ClassChange
from services.enrollment.enrollments.operations import cancel_enrollment
from shared.ids import new_id
from shared.scope import NATIONAL
from tests.support.desks import claim_of, open_desks, outcome
from tests.support.seats import NOW


@pytest.fixture
async def desks(enrollment_db, seats):
    async with open_desks(enrollment_db, seats.sessions, count=2, batch=8) as two:
        yield two


class Drawn(NamedTuple):
    """A number that somebody drew, and when he asked and was told."""

    asked: float
    told: float
    number: int


def faults_of_line(drawn: Iterable[Drawn]) -> list[str]:
    """Return what is wrong with numbers that claim to be a queue's.

    A claim without releases is fetch-and-add: the numbers are 1 to n, each once, and whoever was
    told before another asked has the smaller one.
    """
    by_number = sorted(drawn, key=lambda each: each.number)
    faults = []
    if [each.number for each in by_number] != list(range(1, len(by_number) + 1)):
        faults.append("not dense")
    latest_asked = 0.0
    for each in by_number:
        if each.told < latest_asked:
            faults.append(f"{each.number} was told before a smaller number was asked for")
        latest_asked = max(latest_asked, each.asked)
    return faults


class TestFaultsOfLine:
    def test_finds_nothing_in_a_queue(self):
        assert faults_of_line([Drawn(0, 3, 2), Drawn(1, 2, 1), Drawn(4, 5, 3)]) == []

    @pytest.mark.parametrize(
        "drawn",
        [
            [Drawn(0, 1, 1), Drawn(2, 3, 1)],
            [Drawn(0, 1, 1), Drawn(2, 3, 3)],
            [Drawn(0, 1, 2), Drawn(2, 3, 1)],
            [Drawn(0, 9, 1), Drawn(1, 2, 3), Drawn(3, 4, 2)],
        ],
    )
    def test_finds_what_is_none(self, drawn):
        assert faults_of_line(drawn)


class TestSeats:
    async def test_never_oversells_while_the_class_shrinks(self, seats, desks):
        class_id = await seats.class_(capacity=30, reserve_capacity=0)
        people = await seats.people(50)
        seen = []

        async def shrink(capacity: int) -> str:
            try:
                async with seats.transaction() as session:
                    class_ = await get_class(session, class_id, for_update=True)
                    change = ClassChange(capacity=capacity)
                    await change_class(session, class_, change=change, scope=NATIONAL, now=NOW)
            except CapacityBelowTakenError as error:
                return error.code
            return "shrunk"

        async def sample() -> None:
            while len(seen) < 200:
                class_ = await seats.class_row(class_id)
                seen.append((class_.taken, class_.capacity))

        sampling = asyncio.create_task(sample())
        claims = [
            outcome(desks[at % 2], claim_of(class_id, each)) for at, each in enumerate(people)
        ]
        answers = await asyncio.gather(*claims, *(shrink(each) for each in (25, 20, 10)))
        sampling.cancel()

        seated = sum(not isinstance(each, str) for each in answers)
        class_ = await seats.class_row(class_id)
        assert all(taken <= capacity for taken, capacity in seen)
        assert class_.taken == seated == class_.capacity
        assert answers.count("class-full") == 50 - seated
        await seats.check_counts(class_id)

    async def test_one_person_gets_one_of_fifty_claims_at_two_classes(self, seats, desks):
        classes = [await seats.class_(capacity=50), await seats.class_(capacity=50)]
        person = await seats.person()

        answers = await asyncio.gather(
            *(outcome(desks[at % 2], claim_of(classes[at // 2 % 2], person)) for at in range(50))
        )

        assert sum(not isinstance(each, str) for each in answers) == 1
        assert answers.count("already-enrolled") == 49
        rows = [row for each in classes for row in await seats.enrollments(each)]
        assert len(rows) == 1
        for class_id in classes:
            await seats.check_counts(class_id)

    async def test_a_retry_that_meets_its_first_try_gets_the_same_bytes(self, seats, desks):
        class_id, people = await seats.class_(capacity=50), await seats.people(20)
        claims = [claim_of(class_id, each) for each in people]

        answers = await asyncio.gather(
            *(
                outcome(desks[turn % 2], claim._replace(enrollment_id=new_id()))
                for turn in range(4)
                for claim in claims
            )
        )

        assert not any(isinstance(each, str) for each in answers)
        for at in range(20):
            assert len({answer.body for answer in answers[at::20]}) == 1
            assert sum(not answer.replayed for answer in answers[at::20]) == 1
        assert (await seats.class_row(class_id)).taken == 20
        await seats.check_counts(class_id)


class TestLine:
    async def test_numbers_are_dense_and_in_real_time_order(self, seats, desks):
        class_id = await seats.class_(capacity=1, reserve_capacity=200)
        first, *people = await seats.people(121)
        await desks[0].claim(claim_of(class_id, first))
        clock = asyncio.get_running_loop().time

        async def draw(desk, person) -> Drawn:
            asked = clock()
            answer = await desk.claim(claim_of(class_id, person))
            return Drawn(asked, clock(), json.loads(answer.body)["waitlist_number"])

        async def draw_all(desk, mine) -> list[Drawn]:
            return [await draw(desk, each) for each in mine]

        drawn = await asyncio.gather(*(draw_all(desks[at % 2], people[at::12]) for at in range(12)))

        assert faults_of_line([each for some in drawn for each in some]) == []
        await seats.check_counts(class_id)

    async def test_parallel_cancels_and_joins_promote_in_order(self, seats, desks):
        class_id = await seats.class_(capacity=5, reserve_capacity=30)
        people = await seats.people(45)
        seated = [await desks[0].claim(claim_of(class_id, each)) for each in people[:25]]

        async def cancel(enrollment_id) -> None:
            async with seats.transaction() as session:
                await cancel_enrollment(
                    session,
                    scope=NATIONAL,
                    class_id=class_id,
                    enrollment_id=enrollment_id,
                    reason=None,
                    now=NOW,
                )

        leaving = [each.enrollment_id for each in (*seated[:5], *seated[7:12])]
        await asyncio.gather(
            *(cancel(each) for each in leaving),
            *(
                outcome(desks[at % 2], claim_of(class_id, each))
                for at, each in enumerate(people[25:])
            ),
        )

        rows = await seats.enrollments(class_id)
        promoted = [row.waitlist_number for row in rows if row.waited and row.state == "SEATED"]
        waiting = [row.waitlist_number for row in rows if row.state == "WAITLISTED"]
        class_ = await seats.class_row(class_id)
        assert class_.taken == 5
        assert max(promoted) < min(waiting)
        await seats.check_counts(class_id)
        events = [each for each in await seats.events(class_id) if each.topic.endswith("promoted")]
        # Not by transaction: who waits for the class's lock has his number before its holder ends.
        events.sort(key=lambda each: each.recorded_at)
        by_id = {str(row.id): row.waitlist_number for row in rows}
        order = [by_id[each.payload["enrollment_id"]] for each in events]
        assert order == sorted(order)


class TestLocks:
    async def test_overlapping_batches_never_deadlock(self, seats, desks):
        classes = [await seats.class_(capacity=300, reserve_capacity=0) for _ in range(12)]
        people = await seats.people(60)
        chance = random.Random(7)
        claims = [claim_of(chance.choice(classes), chance.choice(people)) for _ in range(600)]

        answers = await asyncio.gather(
            *(outcome(desks[at % 2], claim) for at, claim in enumerate(claims))
        )

        asked = {claim.participant_id for claim in claims}
        assert sum(not isinstance(each, str) for each in answers) == len(asked)
        assert {each for each in answers if isinstance(each, str)} == {"already-enrolled"}
        assert await deadlocks(seats) == 0
        for class_id in classes:
            await seats.check_counts(class_id)

    async def test_the_same_people_at_two_classes_never_deadlock(
        self, seats, enrollment_db, cluster
    ):
        """No class in common, so that only the claims of the people meet."""
        slow_claims(cluster, enrollment_db)
        people = await seats.people(20)
        chance = random.Random(7)
        async with open_desks(enrollment_db, seats.sessions, count=2) as desks:
            classes = [await seats.class_(capacity=60) for _ in desks]
            answers = await asyncio.gather(
                *(
                    outcome(desk, claim_of(class_id, person))
                    for desk, class_id in zip(desks, classes, strict=True)
                    for person in chance.sample(people, len(people))
                )
            )

        assert answers.count("already-enrolled") == len(people)
        assert await deadlocks(seats) == 0


def slow_claims(cluster, url: str) -> None:
    """Let every claim take its time, so that two batches are at it together for sure."""
    cluster.execute(
        make_url(url).database,
        "CREATE FUNCTION enrollment.linger() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END'",
        "CREATE TRIGGER linger BEFORE INSERT ON enrollment.program_claim"
        " FOR EACH ROW EXECUTE FUNCTION enrollment.linger()",
    )


async def deadlocks(seats) -> int:
    async with seats.transaction() as session:
        await session.execute(text("SELECT pg_stat_force_next_flush()"))
        return await session.scalar(
            text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        )
