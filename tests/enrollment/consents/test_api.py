import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import person_body

pytestmark = pytest.mark.usefixtures("areas")

OWN = "/v1/me/consents"


@pytest.fixture
async def person(desk) -> dict:
    return await desk.made("/v1/participants", person_body())


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def stands(response) -> dict[str, bool]:
    assert response.status_code == 200, response.text
    return {each["purpose"]: each["allowed"] for each in response.json()["purposes"]}


class TestOwnConsents:
    async def test_are_given_and_withdrawn_under_one_key_each(self, caller_of, person, rows):
        himself = caller_of(Role.PARTICIPANT, participant_id=person["id"])
        given = {"purpose": "FOLLOW_UP", "given": True, "version": "2026-1"}

        before = stands(await himself.get(OWN))
        first = await himself.post(OWN, given, key="one")
        again = await himself.post(OWN, given, key="one")
        unchanged = await himself.post(OWN, given)

        assert (before["FOLLOW_UP"], stands(first)["FOLLOW_UP"]) == (False, True)
        assert first.content == again.content
        assert told(unchanged) == (409, "consent-unchanged")
        assert stands(await himself.post(OWN, {**given, "given": False}))["FOLLOW_UP"] is False
        other = await himself.get(f"/v1/participants/{person['id']}/consents")
        assert other.json() == (await himself.get(OWN)).json()
        assert [each["given"] for each in other.json()["history"]] == [True, False]
        assert await rows("SELECT 1 FROM enrollment.audit") == []

    async def test_are_of_who_is_bound_to_somebody(self, caller_of, person):
        admin = caller_of(Role.NATIONAL_ADMIN)
        stranger = caller_of(Role.PARTICIPANT, participant_id=str(new_id()))

        assert told(await admin.get(OWN)) == (404, "login-not-bound")
        assert told(await stranger.get(OWN)) == (404, "participant-unknown")
        assert (await caller_of(Role.ANALYST).get(OWN)).status_code == 403


class TestConsentsByAnOffice:
    async def test_take_a_paper_and_are_noted(self, caller_of, person, rows):
        office = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])
        path = f"/v1/participants/{person['id']}/consents"
        given = {"purpose": "REFERRAL", "given": True, "version": "2026-1"}
        paper = {"reference": "Dinas/7", "sha256": "ab" * 32}

        bare = await office.post(path, given)
        said = await office.post(path, {**given, "paper": paper})
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])

        assert told(bare) == (422, "paper-missing")
        assert stands(said)["REFERRAL"] is True
        assert told(await elsewhere.get(path)) == (404, "participant-unknown")
        assert (await office.get(path)).status_code == 200
        noted = await rows(
            "SELECT action FROM enrollment.audit WHERE action LIKE 'participant%' ORDER BY id"
        )
        assert [each["action"] for each in noted] == [
            "participant.consent.paper",
            "participant.consents.read",
        ]
