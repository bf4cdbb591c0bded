"""Made-up people are found as those whom an office registers."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.bench.field import plain
from deploy.bench.people_field import PeopleField
from services.enrollment.identities.rules import NikKey, NikKeys
from services.enrollment.person_names.rules import name_key

KEYS = NikKeys(current="a", keys={"a": NikKey(seal=b"s" * 32, index=b"i" * 32)})


@pytest.fixture
async def connection(enrollment_db: str) -> AsyncIterator[asyncpg.Connection]:
    url = plain(enrollment_db).replace("enrollment_app", "enrollment_owner")
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


class TestPeopleField:
    async def test_makes_what_is_missing_and_finds_some_by_their_nik(self, connection):
        field = PeopleField(connection, KEYS)
        told: list[tuple[int, int]] = []
        for people in (300, 500, 500):
            await field.prepare(people, advance=lambda done, total: told.append((done, total)))

        sought = await field.sought(500, number=20, seed=1)
        again = await field.sought(500, number=20, seed=1)

        assert told == [(300, 300), (500, 500)]
        assert sought == again
        for each in sought:
            row = await connection.fetchrow(
                "SELECT p.id, p.name_key FROM enrollment.identity_claim c"
                " JOIN enrollment.participant p ON p.id = c.participant_id"
                " WHERE c.nik_index = $1 AND p.nik_index = c.nik_index",
                KEYS.index_of(each.nik),
            )
            assert (row["id"], row["name_key"]) == (each.id, name_key(each.name))
        people, identities = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM enrollment.participant),"
            " (SELECT count(*) FROM enrollment.identity_claim)"
        )
        assert (people, identities) == (500, 500)
