from datetime import date

import pytest

from services.enrollment.participants.queries import check_guarded
from services.enrollment.participants.rules import GuardianMissingError
from services.enrollment.person_keys.operations import destroy_key
from shared.clock import ledger_day, utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.people import Caller
from tests.support.planning import person_body

GUARDIAN = {
    "name": "Ibu Rahasia",
    "relation": "PARENT",
    "phone": "081200000099",
    "consents": True,
    "consent_version": "2026-1",
}

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
def born() -> date:
    """The birth date of somebody of sixteen."""
    today = ledger_day(utc_now())
    return date(today.year - 16, 1, 1)


@pytest.fixture
async def minor(desk, born) -> dict:
    nik = f"337301{born:%d%m%y}0000"
    return await desk.made("/v1/participants", person_body(nik=nik, birth_date=born.isoformat()))


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
def guarded(db):
    """Return the function that asks whether a seat may be a person's for good."""

    async def ask(participant_id: str) -> bool:
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            try:
                await check_guarded(session, participant_id, on=ledger_day(utc_now()))
            except GuardianMissingError:
                return False
        return True

    return ask


class TestNameGuardian:
    async def test_seals_who_answers_for_a_minor(self, admin, minor, rows, guarded):
        path = f"/v1/participants/{minor['id']}/guardians"
        before = await guarded(minor["id"])

        named = await admin.post(path, GUARDIAN)

        assert named.status_code == 201, named.text
        assert "Rahasia" not in named.text
        assert (before, await guarded(minor["id"])) == (False, True)
        assert "guardian-missing" in minor["warnings"]
        person = (await admin.get(f"/v1/participants/{minor['id']}")).json()
        assert "guardian-missing" not in person["warnings"]
        (kept,) = await rows("SELECT * FROM enrollment.guardian")
        assert b"Rahasia" not in kept["sealed"]
        assert "Rahasia" not in str(kept)
        (shown,) = (await admin.get(path)).json()["items"]
        assert (shown["name"], shown["relation"]) == ("Ibu Rahasia", "PARENT")
        noted = await rows("SELECT action FROM enrollment.audit ORDER BY at, id")
        assert [each["action"] for each in noted] == [
            "participant.read",
            "participant.guardians.read",
        ]
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.guardian.named'"
        )
        assert event["payload"] == {
            "participant_id": minor["id"],
            "guardian_id": named.json()["id"],
        }

    async def test_is_not_for_adults_nor_without_consent(self, desk, admin, minor):
        adult = await desk.made("/v1/participants", person_body())
        path = f"/v1/participants/{adult['id']}/guardians"

        assert told(await admin.post(path, GUARDIAN)) == (409, "not-a-minor")
        assert "guardian-missing" not in adult["warnings"]
        unwilling = {**GUARDIAN, "consents": False}
        refused = await admin.post(f"/v1/participants/{minor['id']}/guardians", unwilling)
        assert told(refused) == (422, "validation-failed")

    async def test_is_shown_to_the_office_that_wrote_it_down(self, caller_of, minor, rows):
        office = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])
        path = f"/v1/participants/{minor['id']}/guardians"
        named = await office.post(path, GUARDIAN)
        assert named.status_code == 201, named.text

        (shown,) = (await office.get(path)).json()["items"]

        assert shown["name"] == GUARDIAN["name"]
        noted = await rows(
            "SELECT subject_id::text FROM enrollment.audit WHERE action LIKE '%guard%'"
        )
        assert {each["subject_id"] for each in noted} == {minor["id"]}

    async def test_is_hidden_elsewhere(self, caller_of, minor):
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])
        path = f"/v1/participants/{minor['id']}/guardians"

        assert told(await elsewhere.post(path, GUARDIAN)) == (404, "participant-unknown")
        assert told(await elsewhere.get(path)) == (404, "participant-unknown")
        assert (await caller_of(Role.ANALYST).get(path)).status_code == 403


class TestEndGuardian:
    async def test_leaves_a_minor_unguarded_and_keeps_the_evidence(
        self, admin, minor, guarded, rows
    ):
        path = f"/v1/participants/{minor['id']}/guardians"
        one = (await admin.post(path, GUARDIAN)).json()["id"]
        other = (await admin.post(path, {**GUARDIAN, "relation": "SIBLING"})).json()["id"]

        stale = await admin.delete(f"{path}/{one}", version=1)
        first = await admin.delete(f"{path}/{one}", version=3)
        still = await guarded(minor["id"])
        last = await admin.delete(f"{path}/{other}", version=4)

        assert (stale.status_code, first.status_code, last.status_code) == (412, 204, 204)
        assert (still, await guarded(minor["id"])) == (True, False)
        kept = await rows("SELECT ended_at FROM enrollment.guardian")
        assert all(each["ended_at"] for each in kept)
        assert told(await admin.delete(f"{path}/{one}", version=5)) == (404, "guardian-unknown")
        assert told(await admin.delete(f"{path}/{new_id()}", version=5)) == (
            404,
            "guardian-unknown",
        )


class TestErasure:
    async def test_leaves_nothing_of_a_guardian_that_can_be_read(self, admin, minor, db):
        path = f"/v1/participants/{minor['id']}/guardians"
        await admin.post(path, GUARDIAN)
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            await destroy_key(session, minor["id"], utc_now())

        (shown,) = (await admin.get(path)).json()["items"]
        refused = await admin.post(path, GUARDIAN)

        assert (shown["name"], shown["relation"], shown["phone"]) == (None, None, None)
        assert told(refused) == (409, "person-erased")
