import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select, text

from shared.scope import NOTHING, Role
from shared.web.once import stream_of
from tests.shared.db.tables import Idempotency, Row
from tests.support.waiting import eventually


def make(client, auth, *, key: str | None = "k-1", name="desk", subject=None, **headers):
    keyed = {} if key is None else {"Idempotency-Key": key}
    return client.post(
        "/v1/things",
        json={"name": name},
        headers={**auth(Role.NATIONAL_ADMIN, subject=subject), **keyed, **headers},
    )


async def names_of(sessions) -> list[str]:
    async with sessions(info={"scope": NOTHING}) as session:
        return list(await session.scalars(select(Row.name).order_by(Row.name)))


class TestAnswerOnce:
    async def test_answers_with_what_was_made_and_where_it_is(self, things, auth):
        response = await make(things, auth)

        assert response.status_code == 201
        made = response.json()
        assert made["name"] == "desk"
        assert response.headers["location"] == f"https://balai.test/kernel/v1/things/{made['id']}"
        assert response.headers["etag"] == '"1"'
        assert "idempotency-replayed" not in response.headers

    async def test_gives_the_same_bytes_again(self, things, auth, sessions):
        first = await make(things, auth)

        second = await make(things, auth)

        assert second.content == first.content
        assert second.status_code == first.status_code
        assert second.headers["idempotency-replayed"] == "true"
        assert second.headers["location"] == first.headers["location"]
        assert second.headers["etag"] == first.headers["etag"]
        assert await names_of(sessions) == ["desk"]

    async def test_refuses_the_key_with_another_body(self, things, auth):
        await make(things, auth)

        response = await make(things, auth, name="chair")

        assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-reused")

    async def test_knows_callers_apart(self, things, auth, sessions):
        await make(things, auth, subject="sari")

        response = await make(things, auth, name="chair", subject="budi")

        assert response.status_code == 201
        assert await names_of(sessions) == ["chair", "desk"]

    async def test_knows_paths_apart(self, things, auth):
        header = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "k"}
        first, second = UUID(int=1), UUID(int=2)

        answers = [
            await things.post(f"/v1/things/{each}/seats", headers=header)
            for each in (first, second)
        ]

        assert [each.json()["id"] for each in answers] == [str(first), str(second)]

    async def test_keeps_the_key_of_a_class_with_the_class(self, things, auth, sessions):
        header = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "k"}
        await things.post(f"/v1/things/{UUID(int=5)}/seats", headers=header)

        async with sessions(info={"scope": NOTHING}) as session:
            kept = (await session.scalars(select(Idempotency))).one()

        assert kept.stream_id == UUID(int=5)
        assert kept.operation == f"POST /v1/things/{UUID(int=5)}/seats"
        assert kept.caller == "balai:cli|test-national_admin"

    async def test_stores_no_refusal_and_leaves_no_effect_of_it(self, things, auth, sessions):
        refused = await make(things, auth, name="full")

        again = await make(things, auth, name="desk")

        assert (refused.status_code, refused.json()["code"]) == (409, "thing-full")
        assert again.status_code == 201
        assert await names_of(sessions) == ["desk"]

    async def test_has_one_effect_for_many_at_once(self, things, auth, sessions):
        answers = await asyncio.gather(*(make(things, auth) for _ in range(8)))

        assert {each.status_code for each in answers} == {201}
        assert len({each.content for each in answers}) == 1
        assert await names_of(sessions) == ["desk"]

    async def test_tells_to_come_back_while_the_key_is_held(self, things, auth, owner):
        key = stream_of("balai:cli|test-national_admin", "k-1")
        async with owner.connect() as connection:
            await connection.execute(
                text(
                    "INSERT INTO kernel.idempotency (stream_id, caller, operation, key, body_hash)"
                    " VALUES (:stream, 'balai:cli|test-national_admin', 'POST /v1/things',"
                    " 'k-1', '')"
                ),
                {"stream": key},
            )

            response = await make(things, auth)

        assert (response.status_code, response.json()["code"]) == (409, "idempotency-key-in-flight")
        assert response.headers["retry-after"] == "1"

    @pytest.mark.parametrize("key", [None, "", "k" * 256, "two words", "tab\t"])
    async def test_refuses_a_request_without_a_good_key(self, bare, auth, key):
        response = await make(bare, auth, key=key)

        assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-missing")

    async def test_takes_a_key_of_255_characters(self, things, auth):
        assert (await make(things, auth, key="k" * 255)).status_code == 201


class TestSession:
    async def test_commits_before_it_answers(self, things, auth, owner, sessions):
        async with owner.begin() as connection:
            await connection.execute(
                text(
                    "ALTER TABLE kernel.row ADD CONSTRAINT one_home UNIQUE (home_regency_code)"
                    " DEFERRABLE INITIALLY DEFERRED"
                )
            )

        response = await things.post("/v1/things/late", headers=auth(Role.NATIONAL_ADMIN))

        # Only the commit fails: nobody may be told 200 for what is not there.
        assert response.status_code == 500
        assert await names_of(sessions) == []

    async def test_tells_the_database_the_scope_of_all_grants(self, things, auth):
        known = await things.get(
            "/v1/things/whoami", headers=auth(Role.REGIONAL_OFFICER, areas=["32", "33.73"])
        )
        unknown = await things.get("/v1/things/whoami")

        assert known.json()["actor"] == "balai:cli|test-regional_officer"
        assert '"provinces": ["32"]' in known.json()["scope"]
        assert '"regencies": ["33.73"]' in known.json()["scope"]
        assert unknown.json()["actor"] == "balai|anonymous"
        assert '"reaches": []' in unknown.json()["scope"]

    async def test_gives_every_connection_back(self, things, auth):
        await asyncio.gather(*(make(things, auth, key=f"k{n}", name=f"d{n}") for n in range(20)))

        pool = things.state["sessions"].kw["bind"].pool
        await eventually(lambda: pool.checkedout() == 0)
