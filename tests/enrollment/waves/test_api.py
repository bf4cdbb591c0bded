from datetime import timedelta

import pytest

from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import program_body, wave_body


@pytest.fixture
async def program(desk) -> dict:
    return await desk.made("/v1/programs", program_body())


def days(count: float) -> str:
    return (utc_now() + timedelta(days=count)).isoformat()


class TestPublishWave:
    async def test_publishes_and_tells_the_other_services(self, desk, program, rows):
        body = wave_body(program["id"], id=str(new_id()))

        response = await desk.post("/v1/waves", body)

        wave = response.json()
        assert response.status_code == 201, response.text
        assert wave["id"] == body["id"]
        assert (wave["starts_at"], wave["starts_local"]) == (None, body["starts_local"])
        assert wave["promote_until"] is None
        (event,) = await rows(
            "SELECT * FROM enrollment.event WHERE topic = 'enrollment.wave.published'"
        )
        assert event["payload"]["wave_id"] == wave["id"]
        assert event["payload"]["synthetic"] is True
        assert event["owner_ministry"] == "MANPOWER"

    async def test_is_synthetic_when_its_programme_is(self, desk, program):
        wave = await desk.made("/v1/waves", wave_body(program["id"], synthetic=False))

        assert wave["synthetic"]

    async def test_takes_one_instant_for_all(self, desk, program):
        starts_at = days(30)
        body = wave_body(
            program["id"], start_rule="SAME_INSTANT", starts_at=starts_at, starts_local=None
        )

        wave = await desk.made("/v1/waves", body)

        assert wave["starts_local"] is None
        assert wave["starts_at"].endswith("Z")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"starts_local": None}, "start-rule-mismatch"),
            ({"starts_at": days(30)}, "start-rule-mismatch"),
            ({"start_rule": "SAME_INSTANT"}, "start-rule-mismatch"),
            ({"opens_at": days(11)}, "window-order"),
            ({"closes_at": days(60)}, "window-order"),
            ({"opens_at": days(-9), "closes_at": days(-1)}, "window-expired"),
            ({"promote_until": days(-2)}, "promotion-end-invalid"),
            ({"opens_at": "2027-01-01T00:00:00"}, "validation-failed"),
            ({"starts_local": "2027-01-15T08:00:00+07:00"}, "validation-failed"),
        ],
    )
    async def test_refuses_what_no_wave_can_be(self, desk, program, changes, code):
        response = await desk.post("/v1/waves", wave_body(program["id"], **changes))

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_refuses_an_unknown_programme(self, desk):
        response = await desk.post("/v1/waves", wave_body(new_id()))

        assert (response.status_code, response.json()["code"]) == (404, "program-unknown")

    async def test_refuses_another_ministry(self, desk_of, program):
        manager = desk_of(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"])

        response = await manager.post("/v1/waves", wave_body(program["id"]))

        assert (response.status_code, response.json()["code"]) == (403, "not-your-ministry")

    async def test_refuses_an_analyst(self, desk_of, program):
        response = await desk_of(Role.ANALYST).post("/v1/waves", wave_body(program["id"]))

        assert (response.status_code, response.json()["code"]) == (403, "forbidden")

    @pytest.mark.parametrize(("same", "code"), [("id", "id-taken"), ("code", "wave-code-taken")])
    async def test_refuses_an_id_or_a_code_that_is_taken(self, desk, program, same, code):
        first = wave_body(program["id"], id=str(new_id()))
        await desk.made("/v1/waves", first)

        response = await desk.post("/v1/waves", wave_body(program["id"], **{same: first[same]}))

        assert (response.status_code, response.json()["code"]) == (409, code)

    async def test_answers_the_same_under_the_same_key(self, desk, program, rows):
        body = wave_body(program["id"])

        first = await desk.post("/v1/waves", body, key="k1")
        second = await desk.post("/v1/waves", body, key="k1")

        assert second.content == first.content
        assert len(await rows("SELECT id FROM enrollment.wave")) == 1


class TestReadWaves:
    async def test_shows_one_to_everybody(self, desk, enrollment):
        wave = await desk.wave()

        found = await enrollment.get(f"/v1/waves/{wave['id']}")

        assert found.json() == wave

    async def test_answers_404_when_unknown(self, enrollment):
        response = await enrollment.get(f"/v1/waves/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "wave-unknown")

    async def test_lists_by_programme_and_pages(self, desk, program, enrollment):
        await desk.wave()
        made = [await desk.made("/v1/waves", wave_body(program["id"])) for _ in range(3)]

        query = {"program_id": program["id"], "limit": 2}
        first = (await enrollment.get("/v1/waves", params=query)).json()
        rest = (await enrollment.get(first["next"].partition("/enrollment")[2])).json()

        assert first["items"] + rest["items"] == sorted(made, key=lambda wave: wave["id"])
