"""Merges over HTTP: foreseen, done, refused, raced, and what follows."""

import asyncio
import json
from uuid import UUID

import pytest
from sqlalchemy import text

from services.enrollment.login_bindings.tables import LoginBinding
from services.enrollment.participant_merges.operations import settle_merge
from services.enrollment.person_moves.rules import REFERENCES, Fate
from shared.clock import utc_now
from shared.db.grants import holder_of
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.people import Caller
from tests.support.planning import BORN, NAME, NIK, business_body, class_body, person_body

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
    return await desk.made(
        f"/v1/classes/{class_id}/enrollments", {"participant_id": participant_id}
    )


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
        waiter = await desk.made(
            "/v1/participants",
            person_body(
                nik="3373011204900000", birth_date="1990-04-12", name="Lain Sekali", sex="MALE"
            ),
        )
        waiting = await seat(desk, second, waiter["id"])
        assert waiting["state"] == "WAITLISTED"

        answer = await merge(stays, gone)

        assert answer.status_code == 200, answer.text
        (person,) = await rows("SELECT * FROM enrollment.participant WHERE name_key LIKE 'kanari%'")
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

    async def test_carries_all_that_is_sealed_and_all_logins(self, admin, pair, merge, rows):
        stays, gone = (each["id"] for each in pair)
        for person in (stays, gone):
            path = f"/v1/participants/{person}"
            need = {
                "kind": "SIGN_LANGUAGE",
                "note": f"Perlu {person[-4:]}",
                "consent_version": "2026-1",
            }
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

    async def test_asks_which_training_counts_where_both_were_begun(
        self, db, desk, pair, merge, classes, rows
    ):
        stays, gone = (each["id"] for each in pair)
        first, second = await classes(2)
        mine, theirs = await seat(desk, first, stays), await seat(desk, second, gone)
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            await session.execute(text("UPDATE enrollment.enrollment SET presence = 'PRESENT'"))

        foreseen = await merge(stays, gone, "validate")
        refused = await merge(stays, gone)
        strange = await merge(stays, gone, keep_enrollments=[str(new_id())])
        chosen = await merge(stays, gone, keep_enrollments=[theirs["id"]])

        assert foreseen.json()["enrollments"][0]["open_choice"] is True
        assert told(refused) == (409, "merge-needs-choice")
        assert refused.json()["choices"] == [
            {
                "program_id": mine["program_id"],
                "enrollment_ids": sorted([mine["id"], theirs["id"]]),
            }
        ]
        assert told(strange) == (422, "merge-choice-refused")
        assert chosen.status_code == 200, chosen.text
        states = await rows("SELECT id, state, participant_id FROM enrollment.enrollment")
        assert {str(each["id"]): each["state"] for each in states} == {
            mine["id"]: "CANCELLED",
            theirs["id"]: "SEATED",
        }
        assert {str(each["participant_id"]) for each in states} == {stays}
        (claim,) = await rows(
            "SELECT c.enrollment_id FROM enrollment.program_claim c"
            " JOIN enrollment.participant p ON p.nik_index = c.nik_index"
        )
        assert str(claim["enrollment_id"]) == theirs["id"]

    async def test_lets_both_logins_act_as_who_stays(self, db, pair, merge, login_of):
        stays, gone = (each["id"] for each in pair)
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            for subject, person in (("satu", stays), ("dua", gone)):
                binding = LoginBinding(
                    participant_id=UUID(person),
                    id=new_id(),
                    holder=holder_of("balai:people", subject),
                    bound_at=utc_now(),
                )
                session.add(binding)

        assert (await merge(stays, gone)).status_code == 200

        for subject in ("satu", "dua"):
            own = await login_of(subject).get("/v1/me/participant")
            assert (own.status_code, own.json()["id"]) == (200, stays)

    async def test_restricts_and_tells_it_when_either_was_restricted(
        self, caller_of, pair, merge, rows
    ):
        stays, gone = (each["id"] for each in pair)
        himself = caller_of(Role.PARTICIPANT, participant_id=gone)
        asked = await himself.post("/v1/privacy-requests", {"kind": "RESTRICTION"})
        assert asked.status_code == 201, asked.text

        answer = await merge(stays, gone, other_version=2)

        assert answer.status_code == 200, answer.text
        (person,) = await rows("SELECT id::text, restricted_at FROM enrollment.participant")
        assert person["id"] == stays
        assert person["restricted_at"] is not None
        told = await rows(
            "SELECT payload->>'participant_id' AS who FROM enrollment.event"
            " WHERE topic = 'enrollment.participant.restricted' ORDER BY recorded_at"
        )
        assert [each["who"] for each in told] == [gone, stays]

    async def test_leaves_no_room_for_another_login(self, *, db, desk, merge, login_of, codes):
        stays = await desk.made("/v1/participants", person_body())
        gone = await desk.made("/v1/participants", person_body(nik=OTHER_NIK))
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            binding = LoginBinding(
                participant_id=UUID(gone["id"]),
                id=new_id(),
                holder=holder_of("balai:people", "satu"),
                bound_at=utc_now(),
            )
            session.add(binding)
        assert (await merge(stays["id"], gone["id"])).status_code == 200
        other, proof = login_of("dua"), {"nik": NIK, "birth_date": BORN}
        await other.post("/v1/me/contact-codes", proof)

        refused = await other.post("/v1/me/participant", {**proof, "code": await codes.last()})

        assert told(refused) == (409, "person-bound")


class TestRefusals:
    async def test_says_why(self, desk, pair, merge, desk_of):
        stays, gone = (each["id"] for each in pair)

        assert told(await merge(stays, stays)) == (422, "participant-merge-itself")
        assert told(await merge(stays, str(new_id()))) == (404, "participant-unknown")
        assert told(await merge(str(new_id()), gone)) == (404, "participant-unknown")
        assert told(await merge(stays, gone, version=9)) == (412, "stale")
        assert told(await merge(stays, gone, other_version=9)) == (412, "stale")
        unread = await desk.post(
            f"/v1/participants/{stays}/merge?mode=commit",
            {"other_id": gone, "other_version": 1, "reason": "Sama"},
        )
        assert told(unread) == (428, "precondition-required")
        nik = await merge(stays, gone, reason=f"NIK {NIK}")
        assert told(nik) == (422, "validation-failed")
        clerk = desk_of(Role.FACILITY_OPERATOR, facilities=[str(new_id())])
        assert (await merge(stays, gone, by=clerk)).status_code == 403
        elsewhere = desk_of(Role.REGIONAL_OFFICER, areas=["32"])
        assert (await merge(stays, gone, by=elsewhere)).status_code in (403, 404)

    async def test_merges_nobody_twice_and_in_no_circle(self, desk, pair, merge):
        stays, gone = (each["id"] for each in pair)
        third = await desk.made("/v1/participants", person_body(nik="3373015704870000"))
        assert (await merge(stays, gone)).status_code == 200

        assert told(await merge(stays, gone)) == (409, "participant-merge-cycle")
        assert told(await merge(gone, stays, other_version=2)) == (409, "participant-merge-cycle")
        assert told(await merge(third["id"], gone)) == (409, "participant-merged")

        again = await merge(third["id"], stays, other_version=2)
        assert again.status_code == 200, again.text
        for old in (stays, gone):
            read = await desk.get(f"/v1/participants/{old}")
            assert read.json()["id"] == third["id"]

    async def test_answers_a_retry_alike_and_lets_one_of_two_win(self, desk, pair, merge, rows):
        stays, gone = (each["id"] for each in pair)

        answers = await asyncio.gather(merge(stays, gone), merge(gone, stays))

        assert sorted(each.status_code for each in answers) == [200, 409]
        assert len(await rows("SELECT 1 FROM enrollment.participant")) == 1
        assert len(await rows("SELECT 1 FROM enrollment.participant_merge")) == 1


class TestSettleMerges:
    async def test_takes_along_what_was_under_way(
        self, *, db, desk, pair, merge, classes, rows, settings_of, enrollment_db
    ):
        stays, gone = (each["id"] for each in pair)
        first, second = await classes(2, capacity=1)
        await seat(desk, first, stays)
        late = await seat(desk, second, gone)
        assert (await merge(stays, gone)).status_code == 200
        nik_keys = settings_of("enrollment", enrollment_db).load_nik_keys()
        # The desk had read the person before the merge, and committed after it.
        under_way = (
            (
                "UPDATE enrollment.enrollment SET participant_id = :gone, state = 'SEATED',"
                " reason = NULL WHERE id = :id"
            ),
            "UPDATE enrollment.class SET taken = 1 WHERE id = :class_id",
            (
                "INSERT INTO enrollment.program_claim SELECT e.program_id, m.nik_index, e.class_id,"
                " e.id FROM enrollment.enrollment e, enrollment.merged_participant m"
                " WHERE e.id = :id"
            ),
        )
        values = {"gone": gone, "id": late["id"], "class_id": second}
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            for each in under_way:
                await session.execute(text(each), values)

        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            await settle_merge(session, UUID(gone), keys=nik_keys, now=utc_now())

        (row,) = await rows("SELECT * FROM enrollment.enrollment WHERE id = :id", id=late["id"])
        assert (str(row["participant_id"]), row["state"]) == (stays, "CANCELLED")
        (class_,) = await rows("SELECT taken FROM enrollment.class WHERE id = :id", id=second)
        assert class_["taken"] == 0
        assert len(await rows("SELECT 1 FROM enrollment.program_claim")) == 1
        (kept,) = await rows("SELECT settled_at FROM enrollment.participant_merge")
        assert kept["settled_at"] is not None
