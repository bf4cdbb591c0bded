"""What pgbench runs is the same claim that the seat desk writes, and everybody can claim once."""

import asyncpg
import pytest

from deploy.bench.field import Field, Ground, bench_id, plain
from deploy.bench.postgres import claim_rate


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


class TestClaimRate:
    async def test_makes_as_many_claims_as_it_says(self, enrollment_db: str, field: Field):
        await field.prepare(people=20_000)
        ground = await field.ground(classes=3)

        rate, made = claim_rate(enrollment_db, ground, seconds=1, people=20_000)

        assert rate > 0
        assert made == await field.claims(ground) > 0
