from datetime import timedelta

import pytest
from sqlalchemy import text

from services.enrollment.nik_corrections.operations import SETTLED_AFTER, settle_corrections
from shared.clock import utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.people import Caller
from tests.support.planning import NIK, class_body, person_body

RIGHT = "3373015704860000"
EVIDENCE = {
    "reason": "Salah ketik saat pendaftaran",
    "evidence_reference": "BA/2026/18",
    "evidence_sha256": "b" * 64,
}

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
async def person(desk) -> dict:
    return await desk.made("/v1/participants", person_body())


@pytest.fixture
def correction(person) -> str:
    return f"/v1/participants/{person['id']}/nik-correction"


@pytest.fixture
def opened(db):
    return lambda: transaction(db, scope=SYSTEM, actor=Actor("test", "test"))


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


class TestCorrectIdentity:
    async def test_takes_claims_along_and_frees_the_old_nik(
        self, desk, admin, person, correction, fake_registry, rows
    ):
        wave = await desk.wave()
        first = await desk.made("/v1/classes", class_body(wave, fake_registry.add_facility()))
        other = await desk.made("/v1/classes", class_body(wave, fake_registry.add_facility()))
        claim = {"participant_id": person["id"]}
        await desk.made(f"/v1/classes/{first['id']}/enrollments", claim)

        corrected = await admin.post(correction, {"nik": RIGHT, **EVIDENCE})

        assert corrected.status_code == 200, corrected.text
        assert corrected.json()["members"] == ["nik"]
        for secret in (NIK, RIGHT):
            assert secret not in corrected.text
        full = await admin.get(f"/v1/participants/{person['id']}/nik")
        assert full.json()["nik"] == RIGHT
        twice = await desk.post(f"/v1/classes/{other['id']}/enrollments", claim)
        assert told(twice) == (409, "already-enrolled")
        (kept,) = await rows(
            "SELECT c.nik_index = p.nik_index AS same FROM"
            " enrollment.program_claim c, enrollment.participant p"
        )
        assert kept["same"] is True
        owner = await desk.made("/v1/participants", person_body())
        seat = await desk.post(
            f"/v1/classes/{other['id']}/enrollments", {"participant_id": owner["id"]}
        )
        assert seat.status_code == 201

    async def test_keeps_the_evidence_and_what_was_there_under_seal(
        self, admin, person, correction, rows
    ):
        body = {"nik": RIGHT, "birth_date": "1986-04-17", "sex": "MALE", **EVIDENCE}

        corrected = await admin.post(correction, body)

        assert corrected.json()["members"] == ["nik", "birth_date", "sex"]
        assert corrected.json()["participant"]["warnings"] == ["nik-sex-differs"]
        (kept,) = await rows("SELECT * FROM enrollment.nik_correction")
        assert (kept["reason"], kept["evidence_reference"]) == (EVIDENCE["reason"], "BA/2026/18")
        assert NIK.encode() not in kept["sealed"]
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.nik.corrected'"
        )
        assert event["payload"] == {
            "participant_id": person["id"],
            "correction_id": corrected.json()["id"],
            "members": ["nik", "birth_date", "sex"],
        }
        (noted,) = await rows("SELECT action, subject_id FROM enrollment.audit")
        assert noted["action"] == "participant.nik.correct"
        assert len(await rows("SELECT 1 FROM enrollment.identity_claim")) == 1

    async def test_refuses_the_nik_of_another_and_names_him_to_who_may_see_him(
        self, desk, admin, person, correction, caller_of, rows
    ):
        elsewhere = {"nik": RIGHT, "home_area_code": "91.03"}
        other = await desk.made("/v1/participants", person_body(**elsewhere))
        here = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])

        seen = await admin.post(correction, {"nik": RIGHT, **EVIDENCE})
        unseen = await here.post(correction, {"nik": RIGHT, **EVIDENCE})

        assert told(seen) == told(unseen) == (409, "nik-of-another")
        assert seen.json()["other_id"] == other["id"]
        assert "other_id" not in unseen.json()
        assert await rows("SELECT 1 FROM enrollment.nik_correction") == []

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"nik": NIK}, 409, "nothing-corrected"),
            ({"nik": NIK[:-1]}, 422, "nik-malformed"),
            ({"birth_date": "1901-01-01"}, 422, "birth-date-invalid"),
            ({}, 422, "validation-failed"),
            ({"nik": RIGHT, "evidence_sha256": "x"}, 422, "validation-failed"),
            ({"nik": RIGHT, "reason": f"tadinya {NIK}"}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_corrects_nothing(self, admin, correction, body, status, code):
        refused = await admin.post(correction, {**EVIDENCE, **body})

        assert told(refused) == (status, code)
        assert NIK not in refused.text

    async def test_is_for_an_office_of_the_area(self, caller_of, person, correction):
        own = caller_of(Role.PARTICIPANT, participant_id=person["id"])
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])
        body = {"nik": RIGHT, **EVIDENCE}

        assert told(await own.post(correction, body)) == (403, "office-only")
        assert told(await elsewhere.post(correction, body)) == (404, "participant-unknown")
        assert (await caller_of(Role.AUDITOR).post(correction, body)).status_code == 403
        unknown = f"/v1/participants/{new_id()}/nik-correction"
        here = caller_of(Role.REGIONAL_OFFICER, areas=["33"])
        assert told(await here.post(unknown, body)) == (404, "participant-unknown")


class TestSettleCorrections:
    async def test_moves_a_claim_that_was_under_way_and_no_other(
        self, *, desk, admin, person, correction, fake_registry, opened, rows
    ):
        wave = await desk.wave()
        made = await desk.made("/v1/classes", class_body(wave, fake_registry.add_facility()))
        path = f"/v1/classes/{made['id']}/enrollments"
        seat = await desk.made(path, {"participant_id": person["id"]})
        (old,) = await rows("SELECT nik_index FROM enrollment.participant")
        await admin.post(correction, {"nik": RIGHT, **EVIDENCE})
        # As the desk leaves it that had read the person before.
        async with opened() as session:
            await session.execute(
                text("UPDATE enrollment.program_claim SET nik_index = :old"),
                {"old": old["nik_index"]},
            )

        async with opened() as session:
            early = await settle_corrections(session, now=utc_now(), limit=10)
        later = utc_now() + SETTLED_AFTER + timedelta(seconds=1)
        async with opened() as session:
            settled = await settle_corrections(session, now=later, limit=10)
        async with opened() as session:
            again = await settle_corrections(session, now=later, limit=10)

        assert (early, settled, again) == (0, 1, 0)
        (claim,) = await rows("SELECT * FROM enrollment.program_claim")
        (kept,) = await rows("SELECT nik_index FROM enrollment.participant")
        assert (claim["nik_index"], str(claim["enrollment_id"])) == (kept["nik_index"], seat["id"])
