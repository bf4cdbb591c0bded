from uuid import UUID

import pytest

from shared.scope import Role

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
        ],
    )
    async def test_names_what_is_wrong_with_the_body(self, bare, auth, content, status, pointer):
        response = await bare.post(PATH, content=content, headers=auth(Role.NATIONAL_ADMIN))

        assert response.status_code == status
        if pointer is not None:
            assert [each["pointer"] for each in response.json()["errors"]] == [pointer]

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
