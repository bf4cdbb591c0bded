"""What names a person stands in the table of people and nowhere else."""

import hashlib
import json
from datetime import date

import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import BORN, EMAIL, NAME, NIK, PHONE, class_body, person_body

SECRETS = (NIK, NAME, PHONE, EMAIL, BORN)

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
def tell(desk, desk_of, fake_registry, worker):
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
        await worker()

    return story


@pytest.fixture
async def told(tell) -> None:
    await tell()


async def test_tables_hold_no_name_but_that_of_people(told, leaks):
    assert await leaks() == {
        "participant.name",
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
    (person,) = await rows("SELECT name, birth_date FROM enrollment.participant")

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
