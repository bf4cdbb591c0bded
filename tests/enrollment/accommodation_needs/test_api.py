import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.people import Caller
from tests.support.planning import class_body, person_body

NEED = {"kind": "STEP_FREE", "note": "Kursi roda rahasia", "consent_version": "2026-1"}

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
async def person(desk) -> dict:
    return await desk.made("/v1/participants", person_body())


@pytest.fixture
def needs(person) -> str:
    return f"/v1/participants/{person['id']}/accommodation-needs"


@pytest.fixture
async def planned(desk, fake_registry) -> dict:
    return await desk.made(
        "/v1/classes", class_body(await desk.wave(), fake_registry.add_facility())
    )


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


class TestRecordNeed:
    async def test_seals_it_and_shows_it_to_the_person(self, caller_of, person, needs, rows):
        own = caller_of(Role.PARTICIPANT, participant_id=person["id"])

        made = await own.post(needs, NEED)

        assert made.status_code == 201, made.text
        assert "STEP_FREE" not in made.text
        (kept,) = await rows("SELECT * FROM enrollment.accommodation_need")
        assert b"STEP_FREE" not in kept["sealed"]
        assert "STEP_FREE" not in str({**kept, "sealed": None})
        (shown,) = (await own.get(needs)).json()["items"]
        assert (shown["kind"], shown["note"]) == ("STEP_FREE", "Kursi roda rahasia")
        assert await rows("SELECT 1 FROM enrollment.audit") == []
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.need.recorded'"
        )
        assert event["payload"] == {"participant_id": person["id"], "need_id": made.json()["id"]}

    async def test_takes_a_permission_of_its_own(self, caller_of, needs, admin):
        auditor = caller_of(Role.AUDITOR)
        assert (await auditor.get(needs)).status_code == 403
        assert (await auditor.post(needs, NEED)).status_code == 403
        assert (await admin.post(needs, NEED)).status_code == 201
        assert told(await admin.post(needs, {**NEED, "kind": "ILLNESS"})) == (
            422,
            "validation-failed",
        )


class TestHost:
    async def test_sees_the_needs_of_those_who_hold_a_seat_and_of_nobody_else(
        self, *, desk, admin, caller_of, person, needs, planned, rows
    ):
        await admin.post(needs, NEED)
        host = caller_of(Role.FACILITY_OPERATOR, facilities=[planned["facility_id"]])
        stranger = caller_of(Role.FACILITY_OPERATOR, facilities=[str(new_id())])
        of_class = f"/v1/classes/{planned['id']}/accommodation-needs"
        before = told(await host.get(needs)), (await host.get(of_class)).json()["items"]

        seat = await desk.made(
            f"/v1/classes/{planned['id']}/enrollments", {"participant_id": person["id"]}
        )

        assert before == ((404, "participant-unknown"), [])
        (shown,) = (await host.get(needs)).json()["items"]
        assert shown["kind"] == "STEP_FREE"
        (item,) = (await host.get(of_class)).json()["items"]
        assert item == {
            "enrollment_id": seat["id"],
            "masked_name": "Kan*** R.",
            "kind": "STEP_FREE",
            "note": "Kursi roda rahasia",
        }
        assert told(await stranger.get(needs)) == (404, "participant-unknown")
        assert told(await stranger.get(of_class)) == (403, "out-of-scope")
        assert (await host.get(f"/v1/classes/{new_id()}/accommodation-needs")).status_code == 404
        noted = await rows(
            "SELECT subject_id FROM enrollment.audit WHERE action = 'participant.needs.read'"
        )
        assert [str(each["subject_id"]) for each in noted] == [person["id"]] * 2

    async def test_sees_them_no_longer_when_the_seat_is_given_back(
        self, desk, admin, caller_of, person, needs, planned
    ):
        await admin.post(needs, NEED)
        path = f"/v1/classes/{planned['id']}/enrollments"
        seat = await desk.made(path, {"participant_id": person["id"]})
        await desk.post(f"{path}/{seat['id']}/cancel", {"reason": "pindah"})
        host = caller_of(Role.FACILITY_OPERATOR, facilities=[planned["facility_id"]])

        assert told(await host.get(needs)) == (404, "participant-unknown")
        of_class = await host.get(f"/v1/classes/{planned['id']}/accommodation-needs")
        assert of_class.json()["items"] == []


class TestRemoveNeed:
    async def test_takes_it_away_for_good(self, admin, caller_of, person, needs, rows):
        made = (await admin.post(needs, NEED)).json()["id"]
        elsewhere = caller_of(Role.PARTICIPANT, participant_id=str(new_id()))

        assert told(await elsewhere.delete(f"{needs}/{made}")) == (404, "participant-unknown")
        assert (await admin.delete(f"{needs}/{made}")).status_code == 204
        assert told(await admin.delete(f"{needs}/{made}")) == (404, "need-unknown")
        assert await rows("SELECT 1 FROM enrollment.accommodation_need") == []
