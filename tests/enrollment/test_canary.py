"""What names a person stands in the table of people and nowhere else."""

import hashlib
import json
from datetime import date

import pytest

from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import (
    BORN,
    EMAIL,
    NAME,
    NIK,
    PHONE,
    business_body,
    class_body,
    person_body,
)

# Of a guardian and of a need: sealed, and nowhere else.
GUARDIAN = "Wali Terpendam"
NEED = "kursi yang terpendam"
RIGHT_NIK = "3373015704860000"
SECRETS = (NIK, RIGHT_NIK, NAME, NAME.lower(), PHONE, EMAIL, BORN, GUARDIAN, NEED)
EVIDENCE = {
    "reason": "salah ketik",
    "evidence_reference": "BA/17",
    "evidence_sha256": "a" * 64,
}

pytestmark = pytest.mark.usefixtures("areas")


def found_in(value: object) -> list[str]:
    """Return which secrets stand in a value from a row, a log or an address."""
    if isinstance(value, bytes):
        return [secret for secret in SECRETS if secret.encode() in value]
    if isinstance(value, date):
        value = value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return [secret for secret in SECRETS if secret in text]


@pytest.fixture
def leaks(rows):
    """Return the function that names the columns in which a secret stands."""

    async def look() -> set[str]:
        tables = await rows(
            "SELECT table_name AS name FROM information_schema.tables"
            " WHERE table_schema = 'enrollment'"
        )
        assert len(tables) > 15
        return {
            f"{table['name']}.{column}"
            for table in tables
            for row in await rows(f'SELECT * FROM enrollment."{table["name"]}"')
            for column, value in row.items()
            if found_in(value)
        }

    return look


@pytest.fixture
def tell_of_people(desk, caller_of, login_of, codes, sari_is_young):
    """Return the function that lets people bind logins, change, be corrected, say what they need.

    `sari_is_young` makes a minor of somebody.
    """

    async def story(person_id: str) -> None:
        admin, sari = caller_of(Role.NATIONAL_ADMIN), login_of("sari")
        path = f"/v1/participants/{person_id}"
        proof = {"nik": NIK, "birth_date": BORN}
        await sari.post("/v1/me/participant", {**proof, "code": "000000"})
        await sari.post("/v1/me/contact-codes", proof)
        bound = await sari.post("/v1/me/participant", {**proof, "code": await codes.last()})
        assert bound.status_code == 201
        await sari.post("/v1/me/contact-codes", {"channel": "PHONE"})
        proved = await sari.post("/v1/me/contacts/verify", {"code": await codes.last()})
        assert proved.status_code == 200
        changed = await sari.patch("/v1/me/participant", {"language": "en"}, version=2)
        assert changed.status_code == 200
        await sari.patch(f"{path}", {"name": NAME, "phone": "x"}, version=3)
        await admin.post("/v1/participants/search-by-name", {"name": NAME, "birth_date": BORN})
        business = {**business_body(), "as_of": "2026-06-30"}
        assert (await admin.post(f"{path}/businesses", business)).status_code == 201
        need = {"kind": "OTHER", "note": NEED, "consent_version": "1"}
        assert (await admin.post(f"{path}/accommodation-needs", need)).status_code == 201
        await admin.get(f"{path}/accommodation-needs")
        key = {"client": "dinas", "ref": "D-1"}
        assert (await admin.put(f"{path}/external-refs/dinas", {"ref": "D-1"})).status_code == 200
        await admin.put(f"{path}/external-refs/dinas", {"ref": NIK})
        await admin.post("/v1/participants/search-by-ref", key)
        upsert = {**key, "participant": person_body()}
        assert (await admin.post("/v1/participants/by-ref", upsert)).status_code == 200
        body = {"nik": RIGHT_NIK, **EVIDENCE}
        assert (await admin.post(f"{path}/nik-correction", body)).status_code == 200
        await admin.post(f"{path}/nik-correction", {**body, "reason": f"dulu {NIK}"})
        assert (await admin.post(f"{path}/unbind", EVIDENCE)).status_code == 200
        await admin.get(f"{path}/changes")
        await sari_is_young()

    return story


@pytest.fixture
def sari_is_young(caller_of):
    """Return the function that registers a minor with a guardian."""

    async def story() -> None:
        admin = caller_of(Role.NATIONAL_ADMIN)
        born = date(utc_now().year - 16, 1, 1)
        body = {
            "nik": f"337301{born:%d%m%y}0000",
            "name": "Anak",
            "birth_date": born.isoformat(),
            "sex": "MALE",
            "home_area_code": "33.73",
            "legal_basis": "PUBLIC_TASK",
        }
        made = (await admin.post("/v1/participants", body)).json()["id"]
        guardian = {
            "name": GUARDIAN,
            "relation": "PARENT",
            "phone": PHONE,
            "consents": True,
            "consent_version": "1",
        }
        path = f"/v1/participants/{made}/guardians"
        assert (await admin.post(path, guardian)).status_code == 201
        await admin.get(path)

    return story


@pytest.fixture
def tell(desk, desk_of, fake_registry, worker, tell_of_people):
    """Return the function that lets somebody register, be read, refused, enrolled, given up."""

    async def story() -> None:
        await worker()
        wave = await desk.wave()
        planned = await desk.made("/v1/classes", class_body(wave, fake_registry.add_facility()))
        path = f"/v1/classes/{planned['id']}"
        person = await desk.made("/v1/participants", person_body())
        claim = {"participant_id": person["id"]}
        stranger = desk_of(Role.REGIONAL_OFFICER, areas=["91"])
        await desk.post("/v1/participants", person_body())
        await desk.post("/v1/participants", person_body(nik=NIK[:-1]))
        await desk.post("/v1/participants", person_body(legal_basis=None))
        await desk.post("/v1/participants/search", {"nik": NIK})
        await stranger.post("/v1/participants/search", {"nik": NIK})
        await desk.get(f"/v1/participants/{person['id']}")
        await desk.get(f"/v1/participants/{person['id']}/nik")
        await stranger.get(f"/v1/participants/{person['id']}")
        await desk.get(f"/v1/participants/{NIK}")
        await desk.get("/v1/classes", q=NAME)
        await desk.client.post(f"{path}/eligibility", json=claim, headers=desk.caller)
        seat = await desk.made(f"{path}/enrollments", claim)
        await desk.post(f"{path}/enrollments/{seat['id']}/cancel", {"reason": "pindah"})
        await desk.post("/v1/class-imports", b"code\nx\n", **{"Content-Type": "text/csv"})
        await tell_of_people(person["id"])
        await worker()

    return story


@pytest.fixture
async def told(tell) -> None:
    await tell()


async def test_tables_hold_no_name_but_that_of_people(told, leaks):
    assert await leaks() == {
        "participant.name",
        "participant.name_key",
        "participant.birth_date",
        "participant.phone",
        "participant.email",
    }


async def test_logs_hold_no_name(tell, capfd):
    capfd.readouterr()

    await tell()

    logged = "".join(capfd.readouterr())
    assert "participant-unknown" in logged
    assert '"kind": "CANCELLED"' in logged
    assert found_in(logged) == []


async def test_no_name_is_sent_to_the_registry(told, fake_registry):
    for request in fake_registry.requests:
        assert found_in(str(request.url)) == []
        assert found_in(request.content) == []


async def test_no_hash_of_a_body_lets_its_nik_be_guessed(desk, rows):
    body = json.dumps(person_body()).encode()
    await desk.post("/v1/participants", body, **{"Content-Type": "application/json"})

    (kept,) = await rows(
        "SELECT body_hash FROM enrollment.idempotency WHERE operation LIKE '%/participants'"
    )
    assert len(kept["body_hash"]) == 32
    assert kept["body_hash"] != hashlib.sha256(body).digest()


async def test_the_canary_is_seen_where_it_is(told, rows):
    (person,) = await rows("SELECT * FROM enrollment.participant WHERE name <> 'Anak'")

    assert found_in(person["name"]) == [NAME]
    assert found_in(person["birth_date"]) == [BORN]
    assert found_in(NAME.encode()) == [NAME]


async def test_an_unforeseen_refusal_of_the_database_names_nobody(
    desk, cluster, enrollment_db, capfd
):
    cluster.execute(
        enrollment_db.rpartition("/")[2],
        f"ALTER TABLE enrollment.participant ADD CONSTRAINT canary CHECK (name <> '{NAME}')",
    )
    capfd.readouterr()

    response = await desk.post("/v1/participants", person_body(id=str(new_id())))

    logged = "".join(capfd.readouterr())
    assert response.status_code == 500
    assert found_in(response.text) == []
    assert "canary" in logged
    assert found_in(logged) == []
