import json

import pytest

from shared.scope import Role

NIK = "3201020304050607"
MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}


def make(client, auth, body, **headers):
    return client.post(
        "/v1/things",
        content=body if isinstance(body, str) else json.dumps(body),
        headers={
            **auth(Role.NATIONAL_ADMIN),
            "Content-Type": "application/json",
            "Idempotency-Key": "k",
            **headers,
        },
    )


REFUSED = [
    ("conflict", 409, "thing-full", "Sudah penuh.", "It is full."),
    ("forbidden", 403, "forbidden", "Anda tidak berwenang melakukan ini.", "You may not do this."),
    ("missing", 404, "not-found", "Data tidak ditemukan.", "There is no such thing."),
    (
        "precondition",
        428,
        "precondition-required",
        "Sertakan If-Match dengan ETag terakhir.",
        "Send If-Match with the last ETag.",
    ),
    (
        "often",
        429,
        "too-many-requests",
        "Terlalu banyak permintaan, coba lagi nanti.",
        "Too many requests, try later.",
    ),
    (
        "away",
        503,
        "unavailable",
        "Layanan sedang tidak tersedia, coba lagi.",
        "Not available now, try again.",
    ),
    ("boom", 500, "internal", "Terjadi kesalahan pada sistem.", "Something went wrong."),
]


class TestRefusals:
    @pytest.mark.parametrize(("kind", "status", "code", "indonesian", "english"), REFUSED)
    async def test_speaks_both_languages(self, bare, kind, status, code, indonesian, english):
        url = f"/v1/things/refusals/{kind}"

        default = await bare.get(url)
        other = await bare.get(url, headers={"Accept-Language": "en-GB, id;q=0.5"})

        for response, title, language in ((default, indonesian, "id"), (other, english, "en")):
            problem = response.json()
            assert response.status_code == status == problem["status"]
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers["content-language"] == language
            assert problem["title"] == title
            assert problem["code"] == code
            assert problem["type"] == f"urn:balai:problem:{code}"
            assert set(problem) >= MEMBERS
            assert problem["request_id"] == response.headers["x-request-id"]

    async def test_tells_what_decided_and_what_else_there_is(self, bare):
        problem = (await bare.get("/v1/things/refusals/conflict")).json()

        assert problem["detail"] == "Kelas penuh: 40 dari 40."
        assert problem["alternatives"] == ["00000000-0000-0000-0000-000000000001"]

    async def test_points_at_the_member_that_is_wrong(self, bare):
        problem = (await bare.get("/v1/things/refusals/pointer")).json()

        assert problem["errors"] == [
            {
                "in": "query",
                "pointer": "/starts_at",
                "code": "thing-full",
                "detail": "Sudah penuh.",
            }
        ]

    @pytest.mark.parametrize(("kind", "seconds"), [("often", "9"), ("away", "3")])
    async def test_tells_when_to_come_back(self, bare, kind, seconds):
        response = await bare.get(f"/v1/things/refusals/{kind}")

        assert response.headers["retry-after"] == seconds

    async def test_passes_the_refusal_of_another_service_on(self, bare):
        response = await bare.get("/v1/things/refusals/upstream")

        assert response.status_code == 409
        assert response.json()["code"] == "facility-not-active"
        assert response.json()["detail"] == "D"

    async def test_says_nothing_of_an_error_that_nobody_foresaw(self, bare, capsys):
        response = await bare.get("/v1/things/refusals/boom")

        assert NIK not in response.text
        assert "RuntimeError" not in response.text
        logged = capsys.readouterr().out
        assert "RuntimeError" in logged
        assert NIK not in logged
        assert response.json()["request_id"] in logged


class TestUnknownAddresses:
    async def test_answers_404_to_an_address_that_is_none(self, bare):
        response = await bare.get("/v1/nothing")

        assert (response.status_code, response.json()["code"]) == (404, "route-unknown")

    async def test_answers_405_and_what_is_allowed(self, bare):
        response = await bare.delete("/v1/things/now")

        assert (response.status_code, response.json()["code"]) == (405, "method-not-allowed")
        assert response.headers["allow"] == "GET"

    async def test_does_not_redirect_to_another_spelling(self, bare):
        assert (await bare.get("/v1/things/")).status_code == 404


class TestValidation:
    async def test_names_every_member_that_is_wrong(self, bare, auth):
        response = await make(bare, auth, {"name": "x", "count": 99, "odd": 1})

        problem = response.json()
        assert (response.status_code, problem["code"]) == (422, "validation-failed")
        assert problem["title"] == "Ada isian yang tidak sah."
        assert sorted(problem["errors"], key=lambda each: each["pointer"]) == [
            {
                "in": "body",
                "pointer": "/count",
                "code": "less-than-equal",
                "detail": "Paling banyak 9.",
            },
            {
                "in": "body",
                "pointer": "/name",
                "code": "string-too-short",
                "detail": "Paling sedikit 2 karakter.",
            },
            {
                "in": "body",
                "pointer": "/odd",
                "code": "extra-forbidden",
                "detail": "Isian ini tidak dikenal.",
            },
        ]

    @pytest.mark.parametrize(
        "body",
        [
            {"name": NIK},
            {"name": 3201020304050607},
            {"name": "ok", "count": NIK},
            {"name": "ok", NIK: 1},
            {"name": "ok", "nik": f"{NIK}1"},
            [NIK],
            NIK,
            f'{{"name": "{NIK}"',
        ],
        ids=repr,
    )
    async def test_never_echoes_a_value(self, bare, auth, body):
        response = await make(bare, auth, body)

        assert response.status_code in (400, 422)
        assert NIK not in response.text

    async def test_tells_the_sentence_of_our_own_validators(self, bare, auth):
        response = await make(bare, auth, {"name": "ok", "nik": "1"}, **{"Accept-Language": "en"})

        assert response.json()["errors"] == [
            {
                "in": "body",
                "pointer": "/nik",
                "code": "value-error",
                "detail": "A NIK has 16 digits.",
            }
        ]

    async def test_answers_400_to_what_is_no_json(self, bare, auth):
        response = await make(bare, auth, "{")

        assert (response.status_code, response.json()["code"]) == (400, "json-invalid")

    async def test_tells_which_parameter_is_wrong(self, bare):
        response = await bare.get("/v1/things?limit=many")

        assert response.json()["errors"] == [
            {
                "in": "query",
                "pointer": "/limit",
                "code": "int-parsing",
                "detail": "Harus berupa bilangan bulat.",
            }
        ]

    async def test_refuses_a_body_that_is_too_long(self, bare, auth, monkeypatch):
        monkeypatch.setattr("shared.web.middleware.MAX_BODY", 64)

        response = await make(bare, auth, {"name": "x" * 64})

        assert (response.status_code, response.json()["code"]) == (413, "content-too-large")

    async def test_refuses_a_stream_that_is_too_long(self, bare, auth, monkeypatch):
        monkeypatch.setattr("shared.web.middleware.MAX_BODY", 64)

        async def chunks():
            for _ in range(9):
                yield b"x" * 16

        response = await bare.post(
            "/v1/things",
            content=chunks(),
            headers={
                **auth(Role.NATIONAL_ADMIN),
                "Content-Type": "application/json",
                "Idempotency-Key": "k",
            },
        )

        assert (response.status_code, response.json()["code"]) == (413, "content-too-large")


class TestUnknownParameters:
    async def test_refuses_a_misspelt_filter(self, bare):
        response = await bare.get("/v1/things?prefx=a")

        assert (response.status_code, response.json()["code"]) == (400, "unknown-parameter")
        assert response.json()["known_parameters"] == ["after", "limit", "prefix"]
        assert "prefx" not in response.text

    async def test_knows_the_members_of_a_model_of_parameters(self, bare):
        known = await bare.get("/v1/things/filtered?area=32")
        unknown = await bare.get("/v1/things/filtered?aera=32")

        assert known.json() == {"area": "32"}
        assert unknown.json()["known_parameters"] == ["area"]

    async def test_refuses_any_where_a_route_takes_none(self, bare, auth):
        for path in ("/v1/things/now?a=1", "/v1/things/one/1?a=1", "/health/live?a=1"):
            response = await bare.get(path, headers=auth(Role.AUDITOR))

            assert (response.status_code, response.json()["code"]) == (400, "unknown-parameter")

    async def test_refuses_it_on_a_lean_route_too(self, bare, auth):
        response = await bare.post(
            "/v1/things/1/lean?a=1", headers=auth(Role.NATIONAL_ADMIN), json={}
        )

        assert (response.status_code, response.json()["code"]) == (400, "unknown-parameter")


class TestDatabaseAway:
    async def test_answers_503_while_the_database_is_away(self, bare):
        response = await bare.get("/v1/things")

        assert (response.status_code, response.json()["code"]) == (503, "database-unavailable")
        assert response.headers["retry-after"] == "2"


class TestNul:
    """PostgreSQL keeps no text with a NUL: what holds one is refused before it gets there."""

    async def test_is_refused_in_a_body_with_its_place(self, things, auth):
        response = await make(things, auth, {"name": "a\x00b"})

        assert (response.status_code, response.json()["code"]) == (422, "validation-failed")
        (error,) = response.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/name", "nul-character")

    @pytest.mark.parametrize("path", ["/v1/things?prefix=a%00b", "/v1/things/refusals/mis%00sing"])
    async def test_is_refused_in_an_address(self, things, path):
        response = await things.get(path)

        assert (response.status_code, response.json()["code"]) == (422, "nul-character")
