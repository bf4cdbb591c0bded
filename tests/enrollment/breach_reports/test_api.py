from datetime import timedelta

import pytest

from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role
from tests.support.people import Caller
from tests.support.planning import NAME, NIK, person_body

pytestmark = pytest.mark.usefixtures("areas")

PATH = "/v1/breach-reports"


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
async def people(desk) -> list[str]:
    made = [
        await desk.made("/v1/participants", person_body(nik=f"33730157048{each}0000"))
        for each in (5, 6, 7)
    ]
    return [each["id"] for each in made]


DOINGS = "/v1/person-records/doings"


@pytest.fixture(autouse=True)
def others(fake_registry, fake_reporting) -> None:
    """Nothing was done in the other services, unless a test says so."""
    fake_registry.known[DOINGS] = {"service": "registry", "doings": []}
    fake_reporting.known[DOINGS] = {"service": "reporting", "doings": []}


def span(**changes) -> dict:
    now = utc_now()
    return {
        "since": (now - timedelta(hours=1)).isoformat(),
        "until": (now + timedelta(hours=1)).isoformat(),
        **changes,
    }


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def thief_of(caller_of, auth, enrollment, people: list[str], rows) -> str:
    """Let an officer read two people and change one; return his name in the audit."""
    officer = Caller(enrollment, auth(Role.REGIONAL_OFFICER, subject="maling", areas=["33"]))
    for each in people[:2]:
        assert (await officer.get(f"/v1/participants/{each}")).status_code == 200
    changed = await officer.patch(f"/v1/participants/{people[1]}", {"language": "en"}, version=1)
    assert changed.status_code == 200, changed.text
    (found,) = await rows("SELECT DISTINCT actor FROM enrollment.audit WHERE actor LIKE '%maling'")
    return found["actor"]


class TestBreachReport:
    async def test_finds_whose_data_were_read_or_changed_and_tells_them(
        self, *, admin, people, caller_of, auth, enrollment, rows, worker
    ):
        actor = await thief_of(caller_of, auth, enrollment, people, rows)
        await caller_of(Role.NATIONAL_ADMIN).get(f"/v1/participants/{people[2]}")

        filed = (await admin.post(PATH, span(actor=actor))).json()
        path = f"{PATH}/{filed['id']}"
        early = await admin.post(f"{path}/notify")
        await worker()
        found = (await admin.get(path)).json()
        subjects = (await admin.get(f"{path}/participants")).json()["items"]
        notified = await admin.post(f"{path}/notify")
        await worker()

        assert (filed["state"], filed["authority_notice"]) == ("SEARCHING", None)
        assert told(early) == (409, "breach-report-state")
        assert (found["state"], found["people"], found["reads"], found["changes"]) == (
            "FOUND",
            2,
            2,
            1,
        )
        assert found["kinds"] == {
            "enrollment.participant.changed": 1,
            "participant.read": 2,
        }
        assert {each["participant_id"]: each["changes"] for each in subjects} == {
            people[0]: 0,
            people[1]: 1,
        }
        for text in found["authority_notice"].values():
            assert "2" in text
            assert not [each for each in (NAME, NIK, *people) if each in text]
        assert notified.json()["state"] == "NOTIFYING"
        assert (await admin.get(path)).json()["state"] == "NOTIFIED"
        notices = await rows("SELECT participant_id::text FROM enrollment.notice ORDER BY 1")
        assert [each["participant_id"] for each in notices] == sorted(people[:2])

    async def test_looks_at_all_logins_of_an_issuer(
        self, *, admin, people, caller_of, auth, enrollment, rows, worker
    ):
        actor = await thief_of(caller_of, auth, enrollment, people, rows)
        issuer = actor.partition("|")[0]

        one = (await admin.post(PATH, span(issuer=issuer))).json()
        other = (await admin.post(PATH, span(issuer=issuer[:-1]))).json()
        await worker()

        assert (await admin.get(f"{PATH}/{one['id']}")).json()["people"] >= 2
        assert (await admin.get(f"{PATH}/{other['id']}")).json()["people"] == 0

    async def test_refuses_what_nobody_can_look_at(self, admin, caller_of):
        now = utc_now()
        backwards = span(actor="a|b", until=(now - timedelta(days=2)).isoformat())
        cases = {
            "breach-span": backwards,
            "breach-actor": span(),
            "device-unknown": span(device_id=str(new_id())),
        }

        answers = {code: await admin.post(PATH, body) for code, body in cases.items()}
        both = await admin.post(PATH, span(actor="a|b", issuer="a"))

        assert {code: told(answer)[1] for code, answer in answers.items()} == {
            code: code for code in cases
        }
        assert told(both) == (422, "breach-actor")
        assert told(await admin.get(f"{PATH}/{new_id()}")) == (404, "breach-report-unknown")
        officer = caller_of(Role.REGIONAL_OFFICER, areas=["33"])
        assert (await officer.post(PATH, span(actor="a|b"))).status_code == 403
