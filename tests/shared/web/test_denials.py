from uuid import UUID

import pytest
from sqlalchemy import select

from shared.db.session import transaction
from shared.scope import NATIONAL, Role
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Audit, Row

THING = UUID(int=3)


@pytest.fixture
def noted(sessions):
    """Return the function that lists the audit."""

    async def rows() -> list[Audit]:
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            return list(await session.scalars(select(Audit)))

    return rows


class TestDenials:
    async def test_keeps_who_was_refused_what(self, things, auth, noted):
        header = auth(Role.ANALYST, subject="sari")

        response = await things.patch("/v1/things/one/1", headers=header)

        assert response.status_code == 403
        (row,) = await noted()
        assert row.actor == "balai:cli|sari"
        assert row.action == "denied PATCH /v1/things/one/{version}"
        assert row.detail == {"code": "forbidden", "permission": "facilities:write"}
        assert row.request_id == response.headers["x-request-id"]
        assert row.subject_id is None

    async def test_names_the_thing_of_a_lean_route(self, things, auth, noted):
        await things.post(f"/v1/things/{THING}/lean", json={}, headers=auth(Role.ANALYST))

        (row,) = await noted()
        assert (row.action, row.subject_id) == ("denied POST /v1/things/{thing_id}/lean", THING)

    @pytest.mark.parametrize("kind", ["forbidden", "hidden"])
    async def test_outlives_the_refused_transaction(self, things, auth, noted, sessions, kind):
        header = auth(Role.NATIONAL_ADMIN)

        await things.post(f"/v1/things/written-then/{kind}", headers=header)

        assert [row.detail["permission"] for row in await noted()] == ["facilities:write"]
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            assert (await session.scalars(select(Row))).all() == []

    @pytest.mark.parametrize("kind", ["missing", "conflict"])
    async def test_notes_no_other_refusal(self, things, auth, noted, kind):
        await things.get(f"/v1/things/refusals/{kind}", headers=auth(Role.ANALYST))

        assert await noted() == []

    async def test_notes_nobody_whom_it_does_not_know(self, things, noted):
        without = await things.patch("/v1/things/one/1")
        forged = await things.patch("/v1/things/one/1", headers={"Authorization": "Bearer x.y.z"})
        public = await things.get("/v1/things/refusals/forbidden")

        assert [each.status_code for each in (without, forged, public)] == [401, 401, 403]
        assert await noted() == []

    async def test_keeps_no_text_of_the_path(self, things, auth, noted):
        await things.post("/v1/things/3201020304050607/lean", json={}, headers=auth(Role.ANALYST))

        (row,) = await noted()
        assert (row.subject_id, "3201020304050607" in row.action) == (None, False)

    async def test_the_refusal_is_answered_while_the_database_is_away(self, bare, auth):
        response = await bare.patch("/v1/things/one/1", headers=auth(Role.ANALYST))

        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
