import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.people import Caller
from tests.support.planning import NAME, NIK, person_body

KEY = {"client": "siapkerja", "ref": "SK-2026-17"}
OTHER_NIK = "3373015704860000"

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
async def person(desk) -> dict:
    return await desk.made("/v1/participants", person_body())


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def upsert(**changes) -> dict:
    return {**KEY, "participant": person_body(**changes)}


class TestSetRef:
    async def test_names_one_person_and_is_found(self, admin, person, caller_of, rows):
        path = f"/v1/participants/{person['id']}/external-refs"

        made = await admin.put(f"{path}/siapkerja", {"ref": "SK-2026-17"})
        again = await admin.put(f"{path}/siapkerja", {"ref": "SK-2026-17"})

        assert made.status_code == again.status_code == 200, made.text
        (kept,) = (await admin.get(path)).json()["items"]
        assert (kept["client"], kept["ref"]) == ("siapkerja", "SK-2026-17")
        found = await admin.post("/v1/participants/search-by-ref", KEY)
        assert [each["id"] for each in found.json()["items"]] == [person["id"]]
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])
        nobody = await elsewhere.post("/v1/participants/search-by-ref", KEY)
        assert nobody.json()["items"] == []
        events = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.external_ref.set'"
        )
        assert [each["payload"] for each in events] == [
            {"participant_id": person["id"], "client": "siapkerja"}
        ]

    async def test_is_unique_in_its_system_only(self, desk, admin, person):
        other = await desk.made("/v1/participants", person_body(nik=OTHER_NIK))
        path = f"/v1/participants/{other['id']}/external-refs"
        await admin.put(f"/v1/participants/{person['id']}/external-refs/siapkerja", {"ref": "1"})

        taken = await admin.put(f"{path}/siapkerja", {"ref": "1"})
        elsewhere = await admin.put(f"{path}/dinas", {"ref": "1"})

        assert told(taken) == (409, "external-ref-taken")
        assert elsewhere.status_code == 200

    async def test_refuses_a_nik_and_what_no_office_asks(self, admin, person, caller_of):
        path = f"/v1/participants/{person['id']}/external-refs/siapkerja"

        bare = await admin.put(path, {"ref": NIK})
        dotted = await admin.put(path, {"ref": "KTP/3373.0157.0485.0000"})
        own = caller_of(Role.PARTICIPANT, participant_id=person["id"])

        assert told(bare) == told(dotted) == (422, "external-ref-personal")
        assert NIK not in bare.text
        assert told(await own.put(path, {"ref": "1"})) == (403, "office-only")
        looked = await admin.post("/v1/participants/search-by-ref", {**KEY, "ref": NIK})
        assert told(looked) == (422, "external-ref-personal")

    async def test_is_forgotten(self, admin, person):
        path = f"/v1/participants/{person['id']}/external-refs/siapkerja"
        await admin.put(path, {"ref": "1"})

        assert (await admin.delete(path)).status_code == 204
        assert told(await admin.delete(path)) == (404, "external-ref-unknown")
        unknown = f"/v1/participants/{new_id()}/external-refs/siapkerja"
        assert told(await admin.delete(unknown)) == (404, "participant-unknown")


class TestUpsert:
    async def test_registers_then_changes_then_leaves(self, admin, rows):
        made = await admin.post("/v1/participants/by-ref", upsert(), key="once")
        replayed = await admin.post("/v1/participants/by-ref", upsert(), key="once")
        changed = await admin.post("/v1/participants/by-ref", upsert(language="en"))
        same = await admin.post("/v1/participants/by-ref", upsert(language="en"))

        assert made.status_code == 201, made.text
        assert replayed.content == made.content
        assert [each.status_code for each in (changed, same)] == [200, 200]
        verdicts = [
            (each.json()["registered"], each.json()["changed"]) for each in (made, changed, same)
        ]
        assert verdicts == [(True, True), (False, True), (False, False)]
        assert len({each.json()["participant_id"] for each in (made, changed, same)}) == 1
        for answer in (made, changed):
            assert NIK not in answer.text
            assert NAME not in answer.text
        assert len(await rows("SELECT 1 FROM enrollment.participant")) == 1

    async def test_gives_the_key_to_who_has_registered_with_the_nik(self, admin, person):
        linked = await admin.post("/v1/participants/by-ref", upsert())

        assert (linked.status_code, linked.json()["participant_id"]) == (200, person["id"])
        found = await admin.post("/v1/participants/search-by-ref", KEY)
        assert [each["id"] for each in found.json()["items"]] == [person["id"]]

    async def test_refuses_a_key_that_stands_for_somebody_else(self, admin, caller_of):
        await admin.post("/v1/participants/by-ref", upsert())

        other = await admin.post("/v1/participants/by-ref", upsert(nik=OTHER_NIK))
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])

        assert told(other) == (409, "external-ref-taken")
        hidden = await elsewhere.post("/v1/participants/by-ref", upsert())
        assert told(hidden) == (404, "participant-unknown")
        known = await elsewhere.post("/v1/participants/by-ref", {**upsert(), "ref": "2"})
        assert told(known) == (409, "identity-known")
        own = caller_of(Role.PARTICIPANT, participant_id=str(new_id()))
        assert told(await own.post("/v1/participants/by-ref", upsert())) == (403, "office-only")
