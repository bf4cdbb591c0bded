"""Merges over HTTP: foreseen, done, refused, raced, and what follows."""

import asyncio
import json

import pytest

from services.enrollment.person_moves.rules import REFERENCES, Fate
from shared.ids import new_id
from shared.scope import Role
from tests.support.people import Caller
from tests.support.planning import NAME, NIK, business_body, class_body, person_body

OTHER_NIK = "3373015704860000"

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
async def pair(desk) -> tuple[dict, dict]:
    """The person who stays, and the other: one person with two NIKs, once mistyped."""
    stays = await desk.made("/v1/participants", person_body(phone=None))
    changes = {"nik": OTHER_NIK, "name": "Kanari Rahasya", "home_area_code": "33.73.02"}
    return stays, await desk.made("/v1/participants", person_body(**changes))


@pytest.fixture
def merge(desk):
    """Return the function that merges, or foresees it."""

    async def send(stays: str, gone: str, mode: str = "commit", *, version=1, by=desk, **body):
        told = {"other_id": gone, "other_version": 1, "reason": "Salah ketik NIK", **body}
        headers = {"If-Match": f'"{version}"'}
        return await by.post(f"/v1/participants/{stays}/merge?mode={mode}", told, **headers)

    return send


@pytest.fixture
async def classes(desk, fake_registry):
    """Return the function that plans classes of one programme."""
    wave = await desk.wave()

    async def plan(count: int, **changes) -> list[str]:
        bodies = [class_body(wave, fake_registry.add_facility(), **changes) for _ in range(count)]
        return [(await desk.made("/v1/classes", each))["id"] for each in bodies]

    return plan


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def seat(desk, class_id: str, participant_id: str) -> dict:
    return await desk.made(f"/v1/classes/{class_id}/enrollments", {"participant_id": participant_id})


class TestMerge:
    async def test_foresees_everything_and_changes_nothing(self, desk, pair, merge, classes, rows):
        stays, gone = (each["id"] for each in pair)
        first, second = await classes(2)
        mine, theirs = await seat(desk, first, stays), await seat(desk, second, gone)

        answer = await merge(stays, gone, "validate")

        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert (body["id"], body["mode"], body["version"]) == (None, "validate", 1)
        assert body["enrollments"] == [
            {
                "program_id": mine["program_id"],
                "stays": {
                    "enrollment_id": mine["id"],
                    "class_id": first,
                    "state": "SEATED",
                    "attended": False,
                },
                "goes": [
                    {
                        "enrollment_id": theirs["id"],
                        "class_id": second,
                        "state": "SEATED",
                        "attended": False,
                    }
                ],
                "open_choice": False,
            }
        ]
        facts = {each["fact"]: each["taken"] for each in body["facts"]}
        assert facts == {"IDENTITY": False, "NAME": False, "PHONE": True, "HOME": False}
        assert body["things"] == [{"table": "enrollment", "moves": 1, "dropped": 0, "blocked": 0}]
        for secret in (NIK, OTHER_NIK, NAME, "Rahasya"):
            assert secret not in answer.text
        assert len(await rows("SELECT 1 FROM enrollment.participant")) == 2
        assert await rows("SELECT 1 FROM enrollment.participant_merge") == []

    async def test_makes_one_person_of_two(self, desk, admin, pair, merge, classes, rows):
        stays, gone = (each["id"] for each in pair)
        first, second = await classes(2, capacity=1)
        mine, theirs = await seat(desk, first, stays), await seat(desk, second, gone)
        waiter = await desk.made("/v1/participants", person_body(nik="3373011204900000",
                                 birth_date="1990-04-12", name="Lain Sekali", sex="MALE"))
        waiting = await seat(desk, second, waiter["id"])
        assert waiting["state"] == "WAITLISTED"

        answer = await merge(stays, gone)

        assert answer.status_code == 200, answer.text
        (person,) = await rows(
            "SELECT * FROM enrollment.participant WHERE name_key LIKE 'kanari%'"
        )
        assert str(person["id"]) == stays
        assert person["phone"] is not None
        assert answer.headers["ETag"] == f'"{person["version"]}"' == '"2"'
        found = await rows(
            "SELECT id, participant_id, state, reason FROM enrollment.enrollment ORDER BY id"
        )
        by_id = {str(each["id"]): each for each in found}
        assert by_id[mine["id"]]["state"] == "SEATED"
        lost = by_id[theirs["id"]]
        assert (lost["state"], lost["reason"]) == ("CANCELLED", "participant-merged")
        assert str(lost["participant_id"]) == stays
        assert by_id[waiting["id"]]["state"] == "SEATED"
        claims = await rows(
            "SELECT p.id FROM enrollment.program_claim c"
            " JOIN enrollment.participant p ON p.nik_index = c.nik_index ORDER BY p.id"
        )
        assert sorted(str(each["id"]) for each in claims) == sorted([stays, waiter["id"]])
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.participant.merged'"
        )
        assert event["payload"] == {
            "merge_id": answer.json()["id"],
            "participant_id": stays,
            "from_id": gone,
            "moved": {"enrollment": 1},
            "cancelled": [theirs["id"]],
        }
        kept = json.dumps(answer.json()) + json.dumps(event["payload"])
        for secret in (NIK, OTHER_NIK, NAME, "Rahasya"):
            assert secret not in kept
        noted = await rows(
            "SELECT subject_id FROM enrollment.audit WHERE action = 'participant.merge'"
        )
        assert {str(each["subject_id"]) for each in noted} == {stays, gone}

    async def test_lets_the_old_id_and_both_niks_lead_to_who_stays(
        self, desk, admin, pair, merge, classes
    ):
        stays, gone = (each["id"] for each in pair)
        assert (await merge(stays, gone)).status_code == 200

        read = await admin.get(f"/v1/participants/{gone}")
        assert (read.status_code, read.json()["id"]) == (200, stays)
        assert read.headers["Content-Location"] == f"/v1/participants/{stays}"
        for nik in (NIK, OTHER_NIK):
            (found,) = (await admin.post("/v1/participants/search", {"nik": nik})).json()["items"]
            assert found["id"] == stays
        again = await desk.post("/v1/participants", person_body(nik=OTHER_NIK))
        assert told(again) == (409, "identity-known")
        write = await admin.patch(f"/v1/participants/{gone}", {"language": "en"}, version=1)
        assert told(write) == (409, "participant-merged")
        assert write.json()["participant_id"] == stays
        (class_id,) = await classes(1)
        claim = await desk.post(f"/v1/classes/{class_id}/enrollments", {"participant_id": gone})
        assert claim.status_code == 404

    async def test_takes_the_right_identity_with_its_claims(
        self, desk, admin, pair, merge, classes, rows
    ):
        stays, gone = (each["id"] for each in pair)
        first, second = await classes(2)
        await seat(desk, first, stays)

        answer = await merge(stays, gone, take=["IDENTITY", "NAME"])

        assert answer.status_code == 200, answer.text
        nik = await admin.get(f"/v1/participants/{stays}/nik")
        assert nik.json()["nik"] == OTHER_NIK
        (person,) = await rows("SELECT name, nik_masked FROM enrollment.participant")
        assert person == {"name": "Kanari Rahasya", "nik_masked": "3373********0000"}
        twice = await desk.post(f"/v1/classes/{second}/enrollments", {"participant_id": stays})
        assert told(twice) == (409, "already-enrolled")
        again = await desk.post("/v1/participants", person_body())
        assert told(again) == (409, "identity-known")

    async def test_carries_all_that_is_sealed_and_all_logins(
        self, desk, admin, pair, merge, rows, login_of, codes
    ):
        stays, gone = (each["id"] for each in pair)
        for person in (stays, gone):
            path = f"/v1/participants/{person}"
            need = {"kind": "SIGN_LANGUAGE", "note": f"Perlu {person[-4:]}", XX
                    "consent_version": "2026-1"}
            made = await admin.post(f"{path}/accommodation-needs", need)
            assert made.status_code == 201, made.text
            ref = await admin.put(f"{path}/external-refs/siapkerja", {"ref": f"S-{person[-4:]}"})
            assert ref.status_code in (200, 201), ref.text
        business = business_body(as_of="2026-01-01")
        stated = await admin.post(f"/v1/participants/{gone}/businesses", business)
        assert stated.status_code == 201, stated.text
        (before,) = await rows("SELECT version FROM enrollment.participant WHERE id = :id", id=gone)

        answer = await merge(stays, gone, other_version=before["version"])

        assert answer.status_code == 200, answer.text
        needs = await admin.get(f"/v1/participants/{stays}/accommodation-needs")
        assert {each["note"][-4:] for each in needs.json()["items"]} == {stays[-4:], gone[-4:]}
        refs = await admin.get(f"/v1/participants/{stays}/external-refs")
        assert [each["ref"] for each in refs.json()["items"]] == [f"S-{stays[-4:]}"]
        (person,) = await rows("SELECT nib, entrant_kind FROM enrollment.participant")
        assert person == {"nib": "0000123456789", "entrant_kind": "MICRO"}
        (keys,) = await rows("SELECT participant_id FROM enrollment.person_key")
        assert str(keys["participant_id"]) == stays
        for each in REFERENCES:
            if each.fate in (Fate.MOVE, Fate.COPY, Fate.DROP):
                left = await rows(
                    f"SELECT 1 FROM enrollment.{each.table} WHERE {each.column} = :gone", gone=gone
                )
                assert left == [], each.table
