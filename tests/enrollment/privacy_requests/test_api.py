import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.clock import utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.people import Caller
from tests.support.planning import BORN, EMAIL, NAME, NIK, PHONE, person_body

pytestmark = pytest.mark.usefixtures("areas")

PAPER = {"reference": "Dinas/SP/2026/3", "sha256": "ab" * 32}
PATH = "/v1/privacy-requests"
CANARIES = (NIK, NAME, PHONE, EMAIL, BORN)


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
async def person(desk) -> dict:
    consents = [{"purpose": "FOLLOW_UP", "given": True, "version": "2026-1"}]
    return await desk.made("/v1/participants", person_body(consents=consents))


@pytest.fixture
def himself(caller_of, person) -> Caller:
    return caller_of(Role.PARTICIPANT, participant_id=person["id"])


@pytest.fixture
def others(fake_registry, fake_reporting):
    """Let the other services answer of any person."""

    def answer(participant_id: str) -> None:
        for service, fake in (("registry", fake_registry), ("reporting", fake_reporting)):
            path = f"/v1/person-records/{participant_id}"
            fake.known[path] = {"service": service, "records": {"booking": [{"people": 2}]}}
            fake.known[f"{path}/erase"] = {
                "service": service,
                "rows": {"booking": 1},
                "erased_at": utc_now().isoformat(),
            }

    return answer


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def filed(who: Caller, **body) -> dict:
    answer = await who.post(PATH, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestFiling:
    async def test_restricts_at_once_and_gives_a_receipt_that_names_nobody(
        self, himself, person, desk, rows
    ):
        request = await filed(himself, kind="RESTRICTION")

        assert (request["state"], request["channel"]) == ("DONE", "SELF")
        assert request["receipt"]["steps"][0]["what"] == "processing-restricted"
        assert not [each for each in CANARIES if each in json.dumps(request)]
        (kept,) = await rows("SELECT restricted_at FROM enrollment.participant")
        assert kept["restricted_at"] is not None
        topics = await rows(
            "SELECT topic, payload::text FROM enrollment.event WHERE stream_id = :id"
            " ORDER BY xid, id",
            id=person["id"],
        )
        assert [each["topic"].removeprefix("enrollment.") for each in topics][-3:] == [
            "privacy_request.received",
            "participant.restricted",
            "privacy_request.done",
        ]
        assert not [each for each in CANARIES if each in str(topics)]

    async def test_withdraws_a_consent_of_which_the_history_stays(self, himself, person):
        path = f"/v1/participants/{person['id']}/consents"
        missing = await himself.post(PATH, {"kind": "WITHDRAWAL"})
        withdrawal = {"kind": "WITHDRAWAL", "purpose": "FOLLOW_UP", "version": "2026-1"}

        request = await filed(himself, **withdrawal)
        again = await himself.post(PATH, withdrawal)
        unneeded = await himself.post(PATH, {**withdrawal, "purpose": "SEAT_AND_SELECTION"})

        assert told(missing) == (422, "purpose-mismatch")
        assert request["state"] == "DONE"
        assert (told(again), told(unneeded)) == (
            (409, "consent-unchanged"),
            (422, "consent-unneeded"),
        )
        consents = (await himself.get(path)).json()
        stands = {each["purpose"]: each["allowed"] for each in consents["purposes"]}
        assert stands == {
            "SEAT_AND_SELECTION": True,
            "FOLLOW_UP": False,
            "REFERRAL": False,
            "PUBLICATION": False,
        }
        assert [each["given"] for each in consents["history"]] == [True, False]

    async def test_needs_the_signed_paper_of_an_office(self, admin, person, caller_of):
        body = {"kind": "CORRECTION", "members": ["NAME"], "participant_id": person["id"]}
        officer = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])

        bare = await officer.post(PATH, body)
        request = await filed(officer, **body, paper=PAPER)
        twice = await officer.post(PATH, {**body, "paper": PAPER})
        hidden = await elsewhere.post(PATH, {**body, "paper": PAPER})

        assert told(bare) == (422, "paper-missing")
        assert (request["channel"], request["state"]) == ("OFFICE", "RECEIVED")
        assert told(twice) == (409, "privacy-request-open")
        assert told(hidden) == (404, "participant-unknown")
        path = f"{PATH}/{request['id']}"
        assert (await officer.get(path)).status_code == 200
        assert told(await elsewhere.get(path)) == (404, "privacy-request-unknown")
        assert (await elsewhere.get(PATH)).json()["items"] == []
        assert (await caller_of(Role.ANALYST).get(path)).status_code == 403
        assert (await officer.post(f"{path}/take-on")).status_code == 403

    async def test_has_one_effect_however_often_it_is_sent(self, himself, rows):
        answers = [
            await himself.post(PATH, {"kind": "RESTRICTION"}, key="the-same") for _ in range(3)
        ]

        assert len({each.text for each in answers}) == 1
        (counted,) = await rows("SELECT count(*) FROM enrollment.privacy_request")
        assert counted["count"] == 1


class TestHandling:
    async def test_takes_on_completes_and_refuses_as_the_life_allows(self, admin, himself):
        body = {"kind": "CORRECTION", "members": ["NAME", "CONTACT"]}
        path = f"{PATH}/{(await filed(himself, **body))['id']}"

        taken = await admin.post(f"{path}/take-on")
        done = await admin.post(f"{path}/complete", {"done": [{"what": "name-corrected"}]})
        late = await admin.post(f"{path}/refuse", {"reason": "NOT_VERIFIED"})
        other = f"{PATH}/{(await filed(himself, **body))['id']}"
        refused = await admin.post(f"{other}/refuse", {"reason": "NOT_VERIFIED"})

        assert (taken.json()["state"], done.json()["state"]) == ("IN_PROGRESS", "DONE")
        assert told(late) == (409, "privacy-request-state")
        assert (late.json()["present"], late.json()["allowed"]) == ("DONE", [])
        assert refused.json()["receipt"]["reason"] == "NOT_VERIFIED"

    async def test_lists_what_is_overdue_by_its_clock(self, admin, himself, rows, db):
        request = await filed(himself, kind="ERASURE")
        before = (await admin.get(PATH, overdue=True)).json()["items"]
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            long_ago = utc_now() - timedelta(hours=73)
            await session.execute(
                text("UPDATE enrollment.privacy_request SET received_at = :then, due_at = :due"),
                {"then": long_ago, "due": long_ago + timedelta(hours=72)},
            )

        overdue = (await admin.get(PATH, overdue=True)).json()["items"]

        assert before == []
        assert [each["id"] for each in overdue] == [request["id"]]
        noted = await rows("SELECT action FROM enrollment.audit ORDER BY id")
        assert {"action": "participant.privacy.read"} in noted


class TestRestriction:
    async def test_stops_claims_until_a_handler_lifts_it(self, admin, himself, person, desk):
        await filed(himself, kind="RESTRICTION")
        path = f"/v1/participants/{person['id']}/lift-restriction"

        stranger = await himself.post(path, {"reason": "PERSON_ASKED"})
        lifted = await admin.post(path, {"reason": "PERSON_ASKED"})
        twice = await admin.post(path, {"reason": "PERSON_ASKED"})

        assert stranger.status_code == 403
        assert lifted.json() == {"participant_id": person["id"], "restricted_at": None}
        assert told(twice) == (409, "not-restricted")


class TestAccess:
    async def test_hands_all_that_is_kept_to_the_person_alone(
        self, *, himself, person, others, worker, caller_of, rows, admin
    ):
        others(person["id"])
        need = {"kind": "STEP_FREE", "note": "Pintu lebar", "consent_version": "2026-1"}
        path = f"/v1/participants/{person['id']}/accommodation-needs"
        assert (await admin.post(path, need)).status_code == 201
        request = await filed(himself, kind="ACCESS")
        copy = f"{PATH}/{request['id']}/copy"
        early = await himself.get(copy)
        await worker()

        taken = await himself.get(copy)
        officer = await caller_of(Role.REGIONAL_OFFICER, areas=["33"]).get(copy)
        stranger = await caller_of(Role.PARTICIPANT, participant_id=str(new_id())).get(copy)

        assert told(early) == (404, "copy-missing")
        assert taken.status_code == 200, taken.text
        services = taken.json()["services"]
        assert services["registry"] == services["reporting"] == {"booking": [{"people": 2}]}
        (kept,) = services["enrollment"]["participant"]
        assert (kept["nik"], kept["name"]) == (NIK, NAME)
        assert services["enrollment"]["accommodation_need"][0]["sealed"]["note"] == "Pintu lebar"
        hidden = ("nik_cipher", "nik_index", "wrapped_key")
        assert not [each for each in hidden if each in taken.text]
        assert told(officer) == (403, "copy-not-yours")
        assert told(stranger) == (404, "privacy-request-unknown")
        (sealed,) = await rows("SELECT content FROM enrollment.access_copy")
        assert NAME.encode() not in sealed["content"]
        answered = (await himself.get(f"{PATH}/{request['id']}")).json()
        assert answered["state"] == "DONE"
        assert [each["service"] for each in answered["receipt"]["steps"]] == [
            "enrollment",
            "registry",
            "reporting",
        ]

    async def test_waits_for_a_service_that_is_away(
        self, himself, person, others, worker, fake_reporting
    ):
        others(person["id"])
        fake_reporting.away = True
        request = await filed(himself, kind="ACCESS")
        await worker()

        waiting = (await himself.get(f"{PATH}/{request['id']}")).json()

        assert (waiting["state"], waiting["receipt"]) == ("IN_PROGRESS", None)


class TestErasure:
    async def test_leaves_nobody_and_says_so_for_each_service(
        self, *, admin, himself, person, others, worker, rows, desk
    ):
        others(person["id"])
        need = {"kind": "STEP_FREE", "note": "Pintu lebar", "consent_version": "2026-1"}
        await admin.post(f"/v1/participants/{person['id']}/accommodation-needs", need)
        request = await filed(himself, kind="ERASURE")

        taken = await admin.post(f"{PATH}/{request['id']}/take-on")
        await worker()

        assert taken.json()["state"] == "IN_PROGRESS"
        done = (await admin.get(f"{PATH}/{request['id']}")).json()
        assert done["state"] == "DONE", done
        said = {each["service"]: each["rows"] for each in done["receipt"]["steps"]}
        assert said["registry"] == said["reporting"] == {"booking": 1}
        assert said["enrollment"]["accommodation_need"] == 1
        kept = await rows("SELECT * FROM enrollment.participant")
        assert not [each for each in CANARIES if each in str(kept)]
        assert str(kept[0]["birth_date"]) == "1985-01-01"
        (key,) = await rows("SELECT wrapped_key, destroyed_at FROM enrollment.person_key")
        assert key["wrapped_key"] is None
        assert await rows("SELECT 1 FROM enrollment.accommodation_need") == []
        (claim,) = await rows(
            "SELECT c.nik_index = p.nik_index AS same FROM enrollment.identity_claim c"
            " JOIN enrollment.participant p ON p.id = c.participant_id"
        )
        assert claim["same"]
        again = await desk.made("/v1/participants", person_body())
        assert again["id"] != person["id"]
        lift = await admin.post(
            f"/v1/participants/{person['id']}/lift-restriction", {"reason": "PERSON_ASKED"}
        )
        assert told(lift) == (409, "person-erased")

    async def test_unbinds_the_login_of_who_registered_himself(
        self, *, admin, login_of, others, worker, rows
    ):
        sari = login_of("sari")
        body = person_body()
        proof = {"nik": body.pop("nik"), "birth_date": body.pop("birth_date")}
        bound = await sari.post("/v1/me/participant", {**proof, "registration": body})
        participant_id = bound.json()["participant_id"]
        others(participant_id)
        request = await filed(sari, kind="ERASURE")

        await admin.post(f"{PATH}/{request['id']}/take-on")
        await worker()

        done = (await admin.get(f"{PATH}/{request['id']}")).json()
        assert done["state"] == "DONE", done
        (binding,) = await rows("SELECT * FROM enrollment.login_binding")
        assert binding["unbound_at"] is not None
        assert "sari" not in str(binding)

    async def test_is_refused_while_an_audit_holds_it_back(
        self, admin, himself, person, worker, rows
    ):
        hold = {
            "participant_id": person["id"],
            "kind": "AUDIT",
            "reference": "BPK/ST/14",
            "until": str((utc_now() + timedelta(days=30)).date()),
        }
        placed = (await admin.post("/v1/legal-holds", hold)).json()
        first = await filed(himself, kind="ERASURE")

        refused = (await admin.post(f"{PATH}/{first['id']}/take-on")).json()
        lifted = await admin.post(f"/v1/legal-holds/{placed['id']}/lift")
        twice = await admin.post(f"/v1/legal-holds/{placed['id']}/lift")
        second = await filed(himself, kind="ERASURE")
        taken = (await admin.post(f"{PATH}/{second['id']}/take-on")).json()

        assert (refused["state"], refused["refused_because"]) == ("REFUSED", "LEGAL_HOLD")
        assert refused["again_on"] == hold["until"]
        assert refused["receipt"]["steps"][0]["what"] == "held-by-audit"
        assert (lifted.status_code, told(twice)) == (200, (409, "legal-hold-lifted"))
        assert taken["state"] == "IN_PROGRESS"
        listed = await admin.get("/v1/legal-holds", participant_id=person["id"])
        assert [each["id"] for each in listed.json()["items"]] == [placed["id"]]

    async def test_refuses_holds_that_hold_nothing(self, admin, person):
        body = {"participant_id": person["id"], "kind": "AUDIT", "reference": "A/1"}

        past = await admin.post("/v1/legal-holds", {**body, "until": "2020-01-01"})
        implied = await admin.post("/v1/legal-holds", {**body, "kind": "OPEN_CLASS"})
        unknown = await admin.post("/v1/legal-holds", {**body, "participant_id": str(new_id())})

        assert told(past) == (422, "legal-hold-period")
        assert told(implied) == (422, "legal-hold-kind")
        assert told(unknown) == (404, "participant-unknown")
