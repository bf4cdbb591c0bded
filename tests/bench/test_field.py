"""What pgbench runs is the same claim that the seat desk writes, and everybody can claim once."""

import asyncpg
import pytest

from deploy.bench.field import Field, Ground, bench_id, plain
from deploy.bench.postgres import claim_rate
from deploy.bench.stack import BenchError


@pytest.fixture
async def connection(enrollment_db: str):
    """A connection as the owner of the tables, who creates the bench's functions."""
    url = plain(enrollment_db).replace("enrollment_app", "enrollment_owner")
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture
async def field(connection) -> Field:
    field = Field(connection)
    await field.prepare(people=200)
    return field


async def claim_one(connection, ground: Ground, person: int, *, key: str = "") -> str:
    return await connection.fetchval(
        "SELECT outcome FROM enrollment.claim_one("
        "$1, $2, $3, 'bench', $4, sha256('x'), now(), 'r')",
        ground.class_id(0),
        bench_id(9, person),
        bench_id(1, person),
        key or f"k{person}",
    )


class TestGround:
    async def test_seats_people_up_to_the_capacity_and_no_further(self, connection, field):
        ground = await field.ground(classes=1, capacity=2, reserve=1)

        outcomes = [await claim_one(connection, ground, person) for person in range(4)]

        assert outcomes == ["claimed", "claimed", "claimed", "class-full"]
        assert await field.claims(ground) == 3
        assert await field.oversold() == 0

    async def test_lets_everybody_claim_again_on_fresh_ground(self, connection, field):
        for _ in range(2):
            ground = await field.ground(classes=1)

            assert await claim_one(connection, ground, 7) == "claimed"
            assert await claim_one(connection, ground, 7, key="other") == "id-taken"

    async def test_sees_what_was_oversold(self, connection, field):
        ground = await field.ground(classes=1, capacity=2)
        await claim_one(connection, ground, 1)
        await connection.execute("ALTER TABLE enrollment.class DROP CONSTRAINT ck_class_taken")

        await connection.execute("UPDATE enrollment.class SET taken = 5")

        assert await field.oversold() == 3

    async def test_weighs_and_counts_each_claim_where_there_are_quotas(self, connection, field):
        ground = await field.ground(classes=2, terms=True)

        await field.fill(ground, each=10)

        rows = await connection.fetch(
            "SELECT kind, taken FROM enrollment.wave_quota WHERE wave_id = $1 ORDER BY kind",
            ground.wave_id,
        )
        assert [(row["kind"], row["taken"]) for row in rows] == [("AT_LEAST", 10), ("AT_MOST", 20)]


class TestFill:
    async def test_seats_as_many_in_every_class(self, connection, field):
        ground = await field.ground(classes=3, capacity=4)

        await field.fill(ground, each=4)

        classes = await connection.fetch(
            "SELECT taken FROM enrollment.class WHERE wave_id = $1 ORDER BY id", ground.wave_id
        )
        assert [row["taken"] for row in classes] == [4, 4, 4]
        assert await connection.fetchval(
            "SELECT class_id FROM enrollment.enrollment WHERE id = $1", ground.enrollment_id(4)
        ) == ground.class_id(1)

    async def test_says_when_there_are_not_enough_seats(self, field):
        ground = await field.ground(classes=1, capacity=2)

        with pytest.raises(BenchError, match="2 of 3 claims"):
            await field.fill(ground, each=3)

    async def test_follows_what_another_part_has_made(self, connection, field):
        first = await field.ground(classes=1)

        second = await Field(connection).ground(classes=1)

        assert second.program == first.program + 1

    async def test_can_start_and_be_completed(self, connection, field):
        ground = await field.ground(classes=1, capacity=2)
        await field.fill(ground, each=2)

        await field.start(ground)
        await field.complete(ground, facility_id=bench_id(11, 0))

        rows = await connection.fetch(
            "SELECT state, facility_id FROM enrollment.enrollment WHERE class_id = $1",
            ground.class_id(0),
        )
        assert {tuple(row) for row in rows} == {("COMPLETED", bench_id(11, 0))}
        await field.analyze()


class TestClaimRate:
    async def test_makes_as_many_claims_as_it_says(self, enrollment_db: str, field: Field):
        await field.prepare(people=20_000)
        ground = await field.ground(classes=3)

        rate, made = claim_rate(enrollment_db, ground, seconds=1, people=20_000)

        assert rate > 0
        assert made == await field.claims(ground) > 0
