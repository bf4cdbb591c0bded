import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.people import Caller
from tests.support.planning import BORN, EMAIL, NAME, NIK, PHONE, person_body

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
async def person(desk) -> dict:
    return await desk.made("/v1/participants", person_body())


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


class TestChangeParticipant:
    async def test_changes_what_the_patch_names_and_keeps_no_old_value(self, admin, person, rows):
        path = f"/v1/participants/{person['id']}"
        patch = {"name": "Hj. Siti Rahayu, S.E.", "home_area_code": "31.71", "email": None}

        changed = await admin.patch(path, patch, version=1)

        assert changed.status_code == 200, changed.text
        body = changed.json()
        assert (body["name"], body["email"], body["phone"]) == (patch["name"], None, PHONE)
        assert (body["home_province_code"], body["home_regency_code"]) == ("31", "31.71")
        assert changed.headers["ETag"] == '"2"'
        (revision,) = await rows("SELECT * FROM enrollment.participant_revision")
        assert revision["members"] == ["email", "home_area_code", "name"]
        assert revision["version"] == 2
        assert not any(each in str(revision) for each in (NAME, EMAIL, patch["name"]))
        (event,) = await rows(
            "SELECT * FROM enrollment.event WHERE topic = 'enrollment.participant.changed'"
        )
        assert event["payload"] == {
            "participant_id": person["id"],
            "members": ["email", "home_area_code", "name"],
            "sex": "FEMALE",
            "age_band": "35_44",
            "entrant_kind": "PROSPECTIVE",
            "disability": False,
            "home_province_code": "31",
            "home_regency_code": "31.71",
            "synthetic": True,
        }
        listed = (await admin.get(f"{path}/changes")).json()["items"]
        assert [(each["members"], each["version"]) for each in listed] == [
            (["email", "home_area_code", "name"], 2)
        ]

    async def test_leaves_what_is_so_already(self, admin, person, rows):
        path = f"/v1/participants/{person['id']}"

        same = await admin.patch(path, {"name": NAME, "disability": False}, version=1)

        assert (same.status_code, same.headers["ETag"]) == (200, '"1"')
        assert await rows("SELECT 1 FROM enrollment.participant_revision") == []

    async def test_is_for_the_office_of_the_area_and_the_person(self, caller_of, person):
        path = f"/v1/participants/{person['id']}"
        here = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])
        own = caller_of(Role.PARTICIPANT, participant_id=person["id"])
        other = caller_of(Role.PARTICIPANT, participant_id=str(new_id()))
        reader = caller_of(Role.AUDITOR)

        answers = [
            await caller.patch(path, {"language": language}, version=version)
            for caller, language, version in (
                (here, "en", 1),
                (own, "id", 2),
                (elsewhere, "en", 3),
                (other, "en", 3),
                (reader, "en", 3),
            )
        ]

        assert [each.status_code for each in answers] == [200, 200, 404, 404, 403]

    @pytest.mark.parametrize(
        ("patch", "code"),
        [
            ({"name": None}, "validation-failed"),
            ({"nik": NIK}, "validation-failed"),
            ({"birth_date": BORN}, "validation-failed"),
            ({"home_area_code": "99.99"}, "unknown-area"),
            ({"email": "kanari"}, "validation-failed"),
            ({"language": "jv"}, "validation-failed"),
        ],
    )
    async def test_refuses_what_nobody_can_be(self, admin, person, patch, code):
        refused = await admin.patch(f"/v1/participants/{person['id']}", patch, version=1)

        assert told(refused) == (422, code)
        assert NIK not in refused.text

    async def test_asks_for_the_version_that_was_read(self, admin, person):
        path = f"/v1/participants/{person['id']}"

        assert (await admin.patch(path, {"language": "en"}, version=None)).status_code == 428
        assert (await admin.patch(path, {"language": "en"}, version=4)).status_code == 412
        unknown = await admin.patch(f"/v1/participants/{new_id()}", {}, version=1)
        assert told(unknown) == (404, "participant-unknown")

    async def test_history_is_paged_and_hidden_elsewhere(self, admin, caller_of, person):
        path = f"/v1/participants/{person['id']}"
        for version, language in enumerate(("en", "id", "en"), start=1):
            await admin.patch(path, {"language": language}, version=version)

        first = (await admin.get(f"{path}/changes", limit="2")).json()
        rest = (await admin.client.get(first["next"], headers=admin.header)).json()

        versions = [each["version"] for each in first["items"] + rest["items"]]
        assert versions == [4, 3, 2]
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])
        assert told(await elsewhere.get(f"{path}/changes")) == (404, "participant-unknown")


class TestSearchByName:
    @pytest.fixture
    async def people(self, desk) -> dict[str, str]:
        named = {
            "3373015704850000": "Hj. Siti Rahayu, S.E.",
            "3373015704860000": "Siti Rahayuningsih",
            "3373015704870000": "Muhammad Rizki Pratama",
            "3373015704880000": "Budi Santoso",
        }
        made = {}
        for nik, name in named.items():
            body = person_body(nik=nik, name=name, birth_date=f"19{nik[10:12]}-04-17")
            made[name] = (await desk.made("/v1/participants", body))["id"]
        return made

    async def names(self, caller: Caller, **search) -> list[str]:
        found = await caller.post("/v1/participants/search-by-name", search)
        assert found.status_code == 200, found.text
        assert found.headers["Cache-Control"] == "no-store"
        return [each["name"] for each in found.json()["items"]]

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ({"name": "siti RAHAYU"}, ["Hj. Siti Rahayu, S.E.", "Siti Rahayuningsih"]),
            ({"name": "Sitti Rahayu", "birth_date": "1985-04-17"}, ["Hj. Siti Rahayu, S.E."]),
            ({"name": "Moh. Rizky P", "birth_date": "1987-04-17"}, ["Muhammad Rizki Pratama"]),
            ({"name": "Mohamad Rizky", "birth_date": "1988-04-17"}, []),
            ({"name": "Rahayu"}, []),
            ({"name": "100%"}, []),
            ({"name": "Bud"}, ["Budi Santoso"]),
        ],
    )
    async def test_finds_however_a_name_is_written(self, admin, people, search, found):
        assert await self.names(admin, **search) == found

    async def test_notes_each_who_was_found_and_shows_no_contact(self, admin, people, rows):
        await self.names(admin, name="Siti")
        await self.names(admin, name="Nobody at all")

        noted = await rows("SELECT action, subject_id FROM enrollment.audit ORDER BY at, id")
        assert {each["action"] for each in noted} == {"participant.search"}
        ids = [each["subject_id"] for each in noted]
        assert {str(each) for each in ids[:2]} == {
            people["Hj. Siti Rahayu, S.E."],
            people["Siti Rahayuningsih"],
        }
        assert ids[2:] == [None]
        answer = await admin.post("/v1/participants/search-by-name", {"name": "Siti"})
        assert PHONE not in answer.text
        assert EMAIL not in answer.text

    async def test_stays_within_the_area(self, caller_of, people):
        here = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])

        assert await self.names(here, name="Budi Santoso") == ["Budi Santoso"]
        assert await self.names(elsewhere, name="Budi Santoso") == []
        analyst = caller_of(Role.ANALYST)
        refused = await analyst.post("/v1/participants/search-by-name", {"name": "Budi"})
        assert refused.status_code == 403

    async def test_asks_for_three_letters(self, admin):
        short = await admin.post("/v1/participants/search-by-name", {"name": "Hj. Si"})

        assert told(short) == (422, "name-too-short")
