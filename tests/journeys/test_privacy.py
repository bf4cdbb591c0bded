"""Three real services: what they keep of a person is told, left alone on request, and erased."""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.clock import ledger_day, utc_now
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor, Role
from tests.registry.world import World
from tests.support.people import Caller
from tests.support.planning import Desk, business_body, person_body
from tests.support.trainings import (
    admin,
    after,
    place,
    planned,
    recorder,
    registry_transport,
    reporting,
    train,
)

BORN = "1985-04-19"
__all__ = [
    "admin",
    "after",
    "place",
    "planned",
    "recorder",
    "registry_transport",
    "reporting",
    "train",
]

NIK = "3373015904850000"
NAME = "Terhapus Tanpabekas"
PHONE = "81200004711"
EMAIL = "terhapus@rahasia.example"
NIB = "0000987654321"
NEED = "kursi di dekat pintu"
INCOME = 2_750_456
CANARIES = (NIK, NAME, NAME.lower(), PHONE, EMAIL, BORN, NIB, NEED, str(INCOME))
SLOT = {"starts_at": "2077-02-08T01:00:00Z", "ends_at": "2077-02-08T05:00:00Z"}
REQUESTS = "/v1/privacy-requests"


@pytest.fixture
async def person(place, admin) -> dict:
    """Somebody with a business, who agrees to be asked later and to be referred."""
    consents = [
        {"purpose": each, "given": True, "version": "2026-1"} for each in ("FOLLOW_UP", "REFERRAL")
    ]
    body = person_body(
        nik=NIK,
        name=NAME,
        phone=f"0{PHONE}",
        email=EMAIL,
        birth_date=BORN,
        home_area_code="33.73.04",
        consents=consents,
        business=business_body(nib=NIB),
    )
    made = await admin.made("/v1/participants", body)
    need = {"kind": "STEP_FREE", "note": NEED, "consent_version": "2026-1"}
    await admin.made(f"/v1/participants/{made['id']}/accommodation-needs", need)
    return made


@pytest.fixture
def himself(enrollment, auth, person) -> Caller:
    return Caller(enrollment, auth(Role.PARTICIPANT, participant_id=person["id"]))


@pytest.fixture
async def trained(train, person) -> dict:
    """The enrollment of the person, who has completed a class and has a certificate."""
    return await train(person)


@pytest.fixture
def refer(admin, himself, person, trained):
    """Return the function that proposes a referral; it returns the answer."""

    async def propose(kind: str, target: dict, **more):
        body = {"class_id": trained["class_id"], "enrollment_id": trained["id"], "kind": kind}
        return await admin.post(
            f"/v1/participants/{person['id']}/referrals",
            {**body, "target_id": target["id"], **more},
        )

    return propose


@pytest.fixture
async def booked(registry, auth, refer, admin, himself, follow) -> dict:
    """A referral to hours at a production house, which the registry has booked."""
    world = World(registry, auth)
    house = await world.facility(kind="PRODUCTION_HOUSE", owner_ministry="MSME")
    line = await world.space(house["id"])
    answer = await refer("PRODUCTION_SLOT", line, people=2, slots=[SLOT])
    assert answer.status_code == 201, answer.text
    path = f"/v1/referrals/{answer.json()['id']}"
    for who, verb, body in ((himself, "consent", {"version": "2027-1"}), (admin, "send", None)):
        turned = await who.post(f"{path}/{verb}", body)
        assert turned.status_code == 200, turned.text
    await follow()
    return turned.json()


@pytest.fixture
async def asked_later(recorder, trained, booked, after) -> dict:
    """An answer after three months, with what the person earns."""
    return await recorder.made("/v1/followups", answer_of(trained), **after(trained, 100))


def answer_of(trained: dict, **changes) -> dict:
    return {
        "enrollment_id": trained["id"],
        "horizon_months": 3,
        "source": "PROXY",
        "status": "SELF_EMPLOYED",
        "business_started": True,
        "people_hired": 2,
        "income_before_rupiah": 1_500_123,
        "income_after_rupiah": INCOME,
        **changes,
    }


@pytest.fixture
def found(databases, sessions_of):
    """Return the function that names every column of the three databases with a canary in it."""

    async def look() -> set[str]:
        return {
            f"{service}.{name}.{column}"
            for service, url in databases.items()
            for name, column in await _columns_with(sessions_of(url), service)
        }

    return look


async def _columns_with(sessions, service: str) -> set[tuple[str, str]]:
    async with transaction(sessions, scope=SYSTEM, actor=Actor("test", "test")) as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY 1"),
            {"schema": service},
        )
        hits = set()
        for name in tables.all():
            rows = await session.execute(text(f'SELECT * FROM {service}."{name}"'))
            hits |= {
                (name, column)
                for row in rows.mappings()
                for column, value in row.items()
                if _tells(value)
            }
        return hits


def _tells(value: object) -> bool:
    if isinstance(value, bytes):
        return any(each.encode() in value for each in CANARIES)
    written = json.dumps(value, default=str, ensure_ascii=False)
    return any(each in written for each in CANARIES)


@pytest.fixture
def figures(recorder):
    """Return the function that reads what reporting counts of classes, people and outcomes."""

    async def read() -> list[list]:
        told = []
        for path in ("progress", "outcomes"):
            answer = await recorder.get(f"/v1/reports/{path}", by="facility")
            assert answer.status_code == 200, answer.text
            told.append(answer.json()["rows"])
        return told

    return read


async def filed(who: Caller | Desk, **body) -> dict:
    answer = await who.post(REQUESTS, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def said(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_copy_holds_what_all_three_keep(himself, person, trained, asked_later, follow):
    request = await filed(himself, kind="ACCESS")
    await follow()

    copy = await himself.get(f"{REQUESTS}/{request['id']}/copy")

    assert copy.status_code == 200, copy.text
    services = copy.json()["services"]
    (own,) = services["enrollment"]["participant"]
    assert (own["nik"], own["name"]) == (NIK, NAME)
    assert services["enrollment"]["accommodation_need"][0]["sealed"]["note"] == NEED
    assert [each["id"] for each in services["enrollment"]["enrollment"]] == [trained["id"]]
    assert len(services["enrollment"]["training_certificate"]) == 1
    assert len(services["enrollment"]["referral"]) == 1
    assert [each["participant_id"] for each in services["registry"]["booking"]] == [person["id"]]
    (answer,) = services["reporting"]["followup"]
    assert answer["incomes"]["after_rupiah"] == INCOME
    assert {"nik_cipher", "nik_index", "wrapped_key"}.isdisjoint(own)


async def test_a_breach_is_found_in_all_three(
    *, person, asked_later, admin, enrollment, reporting, auth, follow
):
    nosy = auth(Role.NATIONAL_ADMIN, subject="nosy")
    looked = await reporting.get(f"/v1/followups/{asked_later['id']}", headers=nosy)
    assert looked.json()["income_after_rupiah"] == INCOME
    read = await enrollment.get(f"/v1/participants/{person['id']}", headers=nosy)
    assert read.status_code == 200
    now = utc_now()
    span = {
        "since": (now - timedelta(hours=1)).isoformat(),
        "until": (now + timedelta(hours=1)).isoformat(),
    }
    found = []
    for subject in ("nosy", "nos"):
        filed = await admin.made("/v1/breach-reports", {**span, "actor": f"balai:cli|{subject}"})
        found.append(f"/v1/breach-reports/{filed['id']}")
    await follow()

    report, other = [(await admin.get(each)).json() for each in found]

    assert (report["state"], report["people"], report["reads"]) == ("FOUND", 1, 2)
    assert report["kinds"] == {"followup.incomes.read": 1, "participant.read": 1}
    assert (other["state"], other["people"]) == ("FOUND", 0)


async def test_restricted_data_are_left_alone(
    *, himself, person, planned, admin, refer, trained, recorder, registry, auth, follow
):
    held = await planned()
    path = f"/v1/classes/{held['id']}/enrollments"
    other = await planned()
    lottery = await planned(selection="LOTTERY")
    offer = await World(registry, auth).facility(kind="PRODUCTION_HOUSE", owner_ministry="MSME")
    line = await World(registry, auth).space(offer["id"])
    await admin.made(path, {"participant_id": person["id"]})
    await filed(himself, kind="RESTRICTION")
    await follow()

    claim = await himself.post(
        f"/v1/classes/{other['id']}/enrollments", {"participant_id": person["id"]}
    )
    application = await admin.post(
        f"/v1/waves/{lottery['wave_id']}/applications",
        {
            "participant_id": person["id"],
            "choices": [{"class_id": lottery["id"]}],
            "paper": {"reference": "F-1", "sha256": "0" * 64},
            "submit": True,
        },
    )
    referral = await refer("PRODUCTION_SLOT", line, people=2, slots=[SLOT])
    followup = await recorder.post("/v1/followups", answer_of(trained))

    refused = (409, "person-restricted")
    assert [said(each) for each in (claim, application, referral, followup)] == [refused] * 4
    notices = await himself.get(f"/v1/participants/{person['id']}/notices")
    states = {each["state"] for each in notices.json()["items"] if each["class_id"] == held["id"]}
    assert states == {"SUPPRESSED"}


async def test_nobody_is_left_and_every_figure_is(
    *,
    himself,
    person,
    trained,
    booked,
    asked_later,
    admin,
    enrollment,
    follow,
    audit,
    figures,
    found,
):
    (certificate,) = (await himself.get(f"/v1/participants/{person['id']}/certificates")).json()[
        "items"
    ]
    paper = f"/v1/certificates/{certificate['id']}/pdf"
    assert (await himself.get(paper)).content.startswith(b"%PDF")
    await follow()
    counted = await figures()
    assert "enrollment.participant.name" in await found()
    assert await audit() == {}

    until = str(ledger_day(utc_now()) + timedelta(days=30))
    hold = {"participant_id": person["id"], "kind": "AUDIT", "reference": "BPK/1", "until": until}
    placed = await admin.made("/v1/legal-holds", hold)
    first = await filed(himself, kind="ERASURE")
    refused = (await admin.post(f"{REQUESTS}/{first['id']}/take-on")).json()
    assert (refused["state"], refused["refused_because"]) == ("REFUSED", "LEGAL_HOLD")
    assert refused["again_on"] == until
    await admin.post(f"/v1/legal-holds/{placed['id']}/lift")

    asked = await filed(himself, kind="ERASURE")
    taken = await admin.post(f"{REQUESTS}/{asked['id']}/take-on")
    assert taken.json()["state"] == "IN_PROGRESS"
    await follow()

    done = (await admin.get(f"{REQUESTS}/{asked['id']}")).json()
    assert done["state"] == "DONE", done
    rows = {each["service"]: each["rows"] for each in done["receipt"]["steps"]}
    assert rows["registry"]["booking"] == 1
    assert rows["reporting"]["followup"] == 1
    assert rows["enrollment"]["accommodation_need"] == 1
    written = json.dumps(done["receipt"], sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(written).hexdigest() == done["receipt_sha256"]
    assert said(await admin.get(paper)) == (404, "certificate-erased")
    assert await found() == set()
    assert await figures() == counted
    assert await audit() == {}
