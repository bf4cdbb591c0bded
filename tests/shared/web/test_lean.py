from uuid import UUID

import pytest

from shared.scope import Role
from tests.shared.web.conftest import app_of
from tests.support.asgi import serving

PATH = f"/v1/things/{UUID(int=3)}/lean"


class TestLean:
    async def test_answers_who_may(self, bare, auth):
        response = await bare.post(
            PATH, json={"name": "desk"}, headers=auth(Role.NATIONAL_ADMIN, subject="sari")
        )

        assert response.status_code == 201
        assert response.text == f"sari {UUID(int=3)}"

    async def test_refuses_who_may_not(self, bare, auth):
        nobody = await bare.post(PATH, json={"name": "desk"})
        analyst = await bare.post(PATH, json={"name": "desk"}, headers=auth(Role.ANALYST))

        assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthorized")
        assert (analyst.status_code, analyst.json()["code"]) == (403, "forbidden")

    async def test_answers_a_refusal_as_a_problem(self, bare, auth):
        response = await bare.post(PATH, json={"name": "full"}, headers=auth(Role.NATIONAL_ADMIN))

        assert (response.status_code, response.json()["code"]) == (409, "thing-full")
        assert response.json()["request_id"] == response.headers["x-request-id"]

    @pytest.mark.parametrize(
        ("content", "status", "pointer"),
        [
            ("{", 400, None),
            ("", 400, None),
            ("[]", 422, ""),
            ('{"name": "x"}', 422, "/name"),
            ('{"name": "ok", "odd": 1}', 422, "/odd"),
            ('{"name": "o\\u0000k"}', 422, "/name"),
        ],
    )
    async def test_names_what_is_wrong_with_the_body(self, bare, auth, content, status, pointer):
        response = await bare.post(PATH, content=content, headers=auth(Role.NATIONAL_ADMIN))

        assert response.status_code == status
        if pointer is not None:
            assert [each["pointer"] for each in response.json()["errors"]] == [pointer]

    async def test_refuses_a_body_that_is_too_long(self, bare, auth, monkeypatch):
        monkeypatch.setattr("shared.web.middleware.MAX_BODY", 64)

        response = await bare.post(PATH, content="x" * 65, headers=auth(Role.NATIONAL_ADMIN))

        assert (response.status_code, response.json()["code"]) == (413, "content-too-large")

    async def test_answers_405_to_another_method(self, bare):
        response = await bare.get(PATH)

        assert (response.status_code, response.json()["code"]) == (405, "method-not-allowed")

    async def test_says_nothing_of_an_error_that_nobody_foresaw(self, bare, auth):
        response = await bare.post(PATH, json={"name": "boom"}, headers=auth(Role.NATIONAL_ADMIN))

        assert (response.status_code, response.json()["code"]) == (500, "internal")

    async def test_is_counted_by_its_template(self, bare, auth):
        await bare.post(PATH, json={"name": "desk"}, headers=auth(Role.NATIONAL_ADMIN))

        exposition = (await bare.get("/metrics")).text

        assert 'route="/v1/things/{thing_id}/lean",service="kernel",status="201"' in exposition

    async def test_is_answered_without_looking_for_a_route(self, things_settings, auth):
        app = app_of(things_settings())
        app.router.routes.clear()

        async with serving(app, base_url="http://kernel.test") as client:
            header = auth(Role.NATIONAL_ADMIN)
            lean = await client.post(PATH, json={"name": "desk"}, headers=header)
            other = await client.get("/v1/things/now")

        assert (lean.status_code, other.status_code) == (201, 404)

    async def test_refuses_a_path_that_is_no_identifier(self, bare, auth):
        response = await bare.post(
            "/v1/things/x/lean", json={"name": "desk"}, headers=auth(Role.NATIONAL_ADMIN)
        )

        assert response.status_code == 422
        assert response.json()["errors"] == [
            {
                "in": "path",
                "pointer": "/thing_id",
                "code": "uuid-parsing",
                "detail": "Harus berupa UUID.",
            }
        ]
