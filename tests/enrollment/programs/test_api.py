import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import program_body


class TestPublishProgram:
    async def test_publishes_and_tells_the_other_services(self, desk, rows):
        body = program_body(id=str(new_id()), entrant_kinds=["SMALL", "MICRO", "SMALL"])

        response = await desk.post("/v1/programs", body)

        program = response.json()
        assert response.status_code == 201, response.text
        assert program["id"] == body["id"]
        assert program["entrant_kinds"] == ["MICRO", "SMALL"]
        assert program["rule_version"] == "PP-7-2021"
        assert program["size_criterion"] == "BY_FOUNDING"
        assert response.headers["Location"].endswith(f"/enrollment/v1/programs/{program['id']}")
        assert response.headers["ETag"] == '"1"'
        (event,) = await rows("SELECT * FROM enrollment.event")
        assert event["topic"] == "enrollment.program.published"
        assert str(event["stream_id"]) == program["id"]
        assert (event["owner_ministry"], event["co_ministry"]) == ("MANPOWER", "MSME")
        assert event["payload"]["code"] == body["code"]

    async def test_answers_the_same_under_the_same_key(self, desk, rows):
        body = program_body()

        first = await desk.post("/v1/programs", body, key="k1")
        second = await desk.post("/v1/programs", body, key="k1")

        assert second.content == first.content
        assert second.headers["Idempotency-Replayed"] == "true"
        assert len(await rows("SELECT id FROM enrollment.program")) == 1
        assert len(await rows("SELECT id FROM enrollment.event")) == 1

    async def test_refuses_the_key_with_another_body(self, desk):
        await desk.post("/v1/programs", program_body(), key="k1")

        response = await desk.post("/v1/programs", program_body(), key="k1")

        assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-reused")

    @pytest.mark.parametrize("ministry", ["MANPOWER", "MSME"])
    async def test_lets_owner_and_co_owner(self, desk_of, ministry):
        manager = desk_of(Role.PROGRAM_MANAGER, ministries=[ministry])

        assert (await manager.post("/v1/programs", program_body())).status_code == 201

    async def test_refuses_another_ministry(self, desk_of, rows):
        manager = desk_of(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"])

        response = await manager.post("/v1/programs", program_body())

        assert (response.status_code, response.json()["code"]) == (403, "not-your-ministry")
        assert await rows("SELECT id FROM enrollment.program") == []

    @pytest.mark.parametrize(
        ("role", "grant"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["33"]}),
            (Role.FACILITY_OPERATOR, {"facilities": [new_id()]}),
            (Role.PARTICIPANT, {"participant_id": new_id()}),
            (Role.ANALYST, {}),
            (Role.SERVICE, {}),
        ],
    )
    async def test_refuses_other_roles(self, desk_of, role, grant):
        response = await desk_of(role, **grant).post("/v1/programs", program_body())

        assert response.status_code == 403

    async def test_refuses_nobody(self, enrollment):
        response = await enrollment.post(
            "/v1/programs", json=program_body(), headers={"Idempotency-Key": "k"}
        )

        assert response.status_code == 401

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"min_age": 40, "max_age": 39}, "age-range-invalid"),
            ({"area_codes": ["33", "12"]}, "unknown-area"),
            ({"entrant_kinds": []}, "validation-failed"),
            ({"entrant_kinds": ["LARGE"]}, "validation-failed"),
            ({"area_codes": ["33.73.01"]}, "validation-failed"),
            ({"default_capacity": 0}, "validation-failed"),
            ({"quota": 3}, "validation-failed"),
            ({"code": "kecil"}, "validation-failed"),
        ],
    )
    async def test_refuses_what_no_programme_can_be(self, desk, areas, changes, code):
        response = await desk.post("/v1/programs", program_body(**changes))

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_says_when_the_areas_are_not_there_yet(self, desk):
        response = await desk.post("/v1/programs", program_body(area_codes=["33"]))

        assert (response.status_code, response.json()["code"]) == (503, "areas-not-copied")
        assert response.headers["Retry-After"] == "5"

    @pytest.mark.parametrize(("same", "code"), [("id", "id-taken"), ("code", "program-code-taken")])
    async def test_refuses_an_id_or_a_code_that_is_taken(self, desk, same, code):
        first = program_body(id=str(new_id()))
        await desk.made("/v1/programs", first)

        response = await desk.post("/v1/programs", program_body(**{same: first[same]}))

        assert (response.status_code, response.json()["code"]) == (409, code)


class TestGetProgram:
    async def test_is_open_to_everybody_and_knows_its_version(self, desk, enrollment):
        program = await desk.made("/v1/programs", program_body())

        found = await enrollment.get(f"/v1/programs/{program['id']}")
        again = await enrollment.get(
            f"/v1/programs/{program['id']}", headers={"If-None-Match": found.headers["ETag"]}
        )

        assert found.json() == program
        assert again.status_code == 304

    async def test_answers_404_when_unknown(self, enrollment):
        response = await enrollment.get(f"/v1/programs/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "program-unknown")

    async def test_answers_422_when_it_is_no_id(self, enrollment):
        assert (await enrollment.get("/v1/programs/satu")).status_code == 422


class TestListPrograms:
    async def test_pages_in_the_order_of_codes(self, desk, enrollment):
        codes = [(await desk.made("/v1/programs", program_body()))["code"] for _ in range(3)]

        first = (await enrollment.get("/v1/programs", params={"limit": 2})).json()
        path = first["next"].replace("http://balai.test/enrollment", "")
        rest = (await enrollment.get(path)).json()

        assert [each["code"] for each in first["items"] + rest["items"]] == sorted(codes)
        assert rest["next"] is None

    async def test_refuses_an_unknown_parameter_and_a_foreign_cursor(self, enrollment):
        unknown = await enrollment.get("/v1/programs", params={"colour": "blue"})
        foreign = await enrollment.get("/v1/programs", params={"after": "abc"})

        assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown-parameter")
        assert (foreign.status_code, foreign.json()["code"]) == (400, "cursor-invalid")


class TestChangeProgram:
    async def test_changes_settings_and_nothing_that_people_were_judged_by(
        self, desk, desk_of, rows
    ):
        program = await desk.made("/v1/programs", program_body())
        path = f"/v1/programs/{program['id']}"
        headers = {**desk.caller, "If-Match": '"1"'}

        changed = await desk.client.patch(
            path, json={"min_attendance_percent": 75, "name": "Nama baru"}, headers=headers
        )
        refusals = [
            await desk.client.patch(path, json={"min_age": 20}, headers=headers),
            await desk.client.patch(path, json={"name": None}, headers=headers),
            await desk.client.patch(path, json={"late_minutes": 5}, headers=headers),
            await desk.client.patch(path, json={"late_minutes": 5}, headers=desk.caller),
            await desk.client.patch(
                path,
                json={"late_minutes": 5},
                headers={
                    **desk_of(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"]).caller,
                    "If-Match": '"2"',
                },
            ),
        ]

        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
        assert (changed.json()["min_attendance_percent"], changed.json()["min_age"]) == (75, 18)
        assert [each.status_code for each in refusals] == [422, 422, 412, 428, 403]
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.program.changed'"
        )
        assert event["payload"]["members"] == ["min_attendance_percent", "name"]
