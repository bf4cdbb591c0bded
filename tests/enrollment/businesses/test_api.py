import pytest

from shared.clock import ledger_day, utc_now
from shared.scope import Role
from tests.support.people import Caller
from tests.support.planning import NIK, business_body, person_body

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


def stated(as_of: str, **changes) -> dict:
    return {**business_body(), "as_of": as_of, "employees": 3, **changes}


class TestStateBusiness:
    async def test_shows_how_a_business_grew_since_it_was_registered(self, desk, admin, rows):
        person = await desk.made("/v1/participants", person_body(business=business_body()))
        path = f"/v1/participants/{person['id']}/businesses"
        registered = (await admin.get(path)).json()["items"]
        today = ledger_day(utc_now()).isoformat()

        grown = await admin.post(path, stated(today, capital_rupiah=2_000_000_000))

        assert grown.status_code == 201, grown.text
        assert (grown.json()["entrant_kind"], grown.json()["step"]) == ("SMALL", "UP")
        assert grown.json()["present"] is True
        assert [each["step"] for each in registered] == ["FIRST"]
        listed = (await admin.get(path)).json()["items"]
        assert [(each["entrant_kind"], each["step"]) for each in listed] == [
            ("SMALL", "UP"),
            ("MICRO", "FIRST"),
        ]
        assert {each["rule_version"] for each in listed} == {"PP-7-2021"}
        present = (await admin.get(f"/v1/participants/{person['id']}")).json()
        assert (present["entrant_kind"], present["capital_rupiah"]) == ("SMALL", 2_000_000_000)
        assert present["version"] == 2
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.business.stated'"
        )
        assert event["payload"] == {
            "participant_id": person["id"],
            "as_of": today,
            "before": "MICRO",
            "entrant_kind": "SMALL",
            "rule_version": "PP-7-2021",
        }

    async def test_gives_a_prospective_entrepreneur_a_business(self, desk, admin):
        person = await desk.made("/v1/participants", person_body())
        path = f"/v1/participants/{person['id']}/businesses"
        nothing = (await admin.get(path)).json()["items"]

        made = await admin.post(path, stated("2026-06-30"))

        assert nothing == []
        assert (made.json()["entrant_kind"], made.json()["step"]) == ("MICRO", "FIRST")
        present = (await admin.get(f"/v1/participants/{person['id']}")).json()
        assert (present["entrant_kind"], present["nib"]) == ("MICRO", "0000123456789")

    async def test_an_older_statement_changes_the_history_only(self, desk, admin):
        person = await desk.made("/v1/participants", person_body(business=business_body()))
        path = f"/v1/participants/{person['id']}/businesses"

        late = await admin.post(path, stated("2023-01-31", capital_rupiah=3_000_000_000))

        assert (late.json()["present"], late.json()["step"]) == (False, "FIRST")
        listed = (await admin.get(path)).json()["items"]
        assert [(each["entrant_kind"], each["step"]) for each in listed] == [
            ("MICRO", "DOWN"),
            ("SMALL", "FIRST"),
        ]
        present = (await admin.get(f"/v1/participants/{person['id']}")).json()
        assert (present["entrant_kind"], present["version"]) == ("MICRO", 1)

    async def test_is_paged_with_the_step_of_the_last_on_each_page(self, desk, admin):
        person = await desk.made("/v1/participants", person_body())
        path = f"/v1/participants/{person['id']}/businesses"
        for day, capital in (("2024-01-01", 1), ("2025-01-01", 2), ("2026-01-01", 3)):
            body = stated(day, capital_rupiah=capital * 900_000_000)
            assert (await admin.post(path, body)).status_code == 201

        first = (await admin.get(path, limit="2")).json()
        rest = (await admin.client.get(first["next"], headers=admin.header)).json()

        steps = [(each["as_of"], each["step"]) for each in first["items"] + rest["items"]]
        assert steps == [("2026-01-01", "SAME"), ("2025-01-01", "UP"), ("2024-01-01", "FIRST")]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"as_of": "2990-01-01"}, "stated-in-future"),
            ({"founded_on": "2026-07-01"}, "founded-in-future"),
            ({"entrant_kind": "PROSPECTIVE"}, "business-unexpected"),
            ({"capital_rupiah": 11_000_000_000}, "business-too-large"),
            ({"capital_rupiah": None}, "size-unknown"),
            ({"nib": "123"}, "validation-failed"),
            ({"kbli_scheme": None}, "validation-failed"),
            ({"nik": NIK}, "validation-failed"),
        ],
    )
    async def test_refuses_what_tells_no_size(self, desk, admin, changes, code, rows):
        person = await desk.made("/v1/participants", person_body())
        path = f"/v1/participants/{person['id']}/businesses"

        refused = await admin.post(path, {**stated("2026-06-30"), **changes})

        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert NIK not in refused.text
        assert await rows("SELECT 1 FROM enrollment.participant_business") == []

    async def test_is_for_those_who_may_see_the_person_and_once(self, desk, caller_of, rows):
        person = await desk.made("/v1/participants", person_body())
        path = f"/v1/participants/{person['id']}/businesses"
        own = caller_of(Role.PARTICIPANT, participant_id=person["id"])
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])

        first = await own.post(path, stated("2026-06-30"), key="once")
        again = await own.post(path, stated("2026-06-30"), key="once")

        assert (first.status_code, again.content) == (201, first.content)
        assert len(await rows("SELECT 1 FROM enrollment.participant_business")) == 1
        assert (await elsewhere.post(path, stated("2026-06-30"))).status_code == 404
        assert (await elsewhere.get(path)).status_code == 404
        assert (await caller_of(Role.AUDITOR).post(path, stated("2026-06-30"))).status_code == 403
