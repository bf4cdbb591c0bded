"""A wave of two ministries from its plan to go: the registry and enrollment, over HTTP alone."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from shared.clock import utc_now
from shared.http.tokens import sign_business_time
from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import AREAS
from tests.support.planning import Desk, class_body, person_body, program_body, wave_body


@pytest.fixture
def registry_transport(registry):
    """Let enrollment reach the registry."""
    return registry.transport


@pytest.fixture
def settle(enrollment_db, registry, worker_of):
    """Return the function that reads the registry's feed and does enrollment's jobs."""

    async def drain() -> None:
        await worker_of("enrollment", enrollment_db, registry_transport=registry.transport).drain()

    return drain


@pytest.fixture
async def areas(world, work, settle) -> None:
    """Bring the areas in once more, by the way that enrollment hears of."""
    rows = "".join(f"{code},{name}\n" for code, name in AREAS.items())
    headers = {"Content-Type": "text/csv"}
    await world.post("/area-imports", content=f"code,name\n{rows}".encode(), headers=headers)
    await work()
    await settle()


@pytest.fixture
def desk(enrollment, auth) -> Desk:
    return Desk(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
async def wave(desk, areas) -> dict:
    """Return a wave of a programme with phases and a joint team."""
    program = await desk.made("/v1/programs", program_body())
    path = f"/v1/programs/{program['id']}"
    day = utc_now().date()
    phase = {"kind": "TRAINING", "name": "Pelatihan", "starts_on": str(day), "ends_on": str(day)}
    duty = {"duty": "CHAIR", "unit": "Sekretariat", "holder": "Ketua", "valid_from": str(day)}
    team = [{**duty, "ministry": each} for each in ("MANPOWER", "MSME")]
    await put(desk, f"{path}/phases", {"phases": [phase]}, version=1)
    joint = await put(desk, f"{path}/team", {"members": team}, version=2)
    assert joint["joint"] is True
    return await desk.made("/v1/waves", wave_body(program["id"]))


async def put(desk: Desk, path: str, body: dict, *, version: int) -> dict:
    headers = {**desk.caller, "If-Match": f'"{version}"'}
    answer = await desk.client.put(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def classes(world, desk, wave) -> list[dict]:
    """Return a class of two seats in each of two centres, in two regencies."""
    centers = [await world.facility(area_code=code) for code in ("33.73.04", "33.74")]
    agreement = await world.agreement(facility_ids=[each["id"] for each in centers])
    module = await world.module(hours=20)
    made = []
    for center in centers:
        body = class_body(
            wave,
            center["id"],
            space_id=(await world.space(center["id"]))["id"],
            agreement_id=agreement["id"],
            module_id=module["id"],
            instructor_ids=[(await world.instructor(center["id"]))["id"]],
            capacity=2,
            reserve_capacity=1,
        )
        made.append(await desk.made("/v1/classes", body))
    return made


async def fill(desk: Desk, class_: dict, *, month: int) -> None:
    """Give both seats of a class to people of their own."""
    for day in (11, 12):
        nik, born = f"337301{day + 40}{month:02d}850000", f"1985-{month:02d}-{day}"
        person = person_body(nik=nik, birth_date=born, home_area_code="33.73.04")
        someone = await desk.made("/v1/participants", person)
        seat = {"participant_id": someone["id"]}
        await desk.made(f"/v1/classes/{class_['id']}/enrollments", seat)


async def missing(desk: Desk, wave: dict) -> list[list[str]]:
    """Return what each class still lacks, in the order of their codes."""
    rows = (await desk.get(f"/v1/waves/{wave['id']}/readiness/classes")).json()["items"]
    return [[each["code"] for each in row["criteria"] if not each["met"]] for row in rows]


async def test_a_wave_from_plan_to_go(
    *, world, desk, wave, classes, settle, enrollment, auth, keys
):
    first, second = classes
    decisions = f"/v1/waves/{wave['id']}/decisions"
    all_of_it = ["space-not-confirmed", "seats-below-minimum", "operator-never-seen"]
    assert await missing(desk, wave) == [all_of_it, all_of_it]

    not_yet = await desk.post(decisions, {"verdict": "NO_GO", "reason": "Belum siap"})
    assert not_yet.status_code == 201, not_yet.text
    assert not_yet.json()["readiness"]["percent"] == 0.0

    await settle()
    for month, class_ in enumerate(classes, start=3):
        head = auth(Role.FACILITY_OPERATOR, facilities=[UUID(class_["facility_id"])])
        await enrollment.get("/v1/me", headers=head)
        await fill(desk, class_, month=month)
        paid = {"source": "APBN", "budget_code": "026.13", "amount_rupiah": 8_000_000}
        funded = await put(
            desk,
            f"/v1/classes/{class_['id']}/funding",
            {"sources": [{**paid, "funder_name": "Kementerian"}]},
            version=1,
        )
        assert funded["per_seat_rupiah"] == 4_000_000
    assert await missing(desk, wave) == [[], []]

    # The room floods: the second class moves to another one and skips a day, after a look first.
    room = await world.space(second["facility_id"])
    starts = datetime.fromisoformat(second["starts_at"])
    meets = [
        {
            "starts_at": (starts + timedelta(days=day)).isoformat(),
            "ends_at": (starts + timedelta(days=day, hours=8)).isoformat(),
        }
        for day in (0, 7, 14)
    ]
    move = {"space_id": room["id"], "sessions": meets}
    path = f"/v1/classes/{second['id']}/changes"
    foreseen = await desk.post(path, move)
    assert (foreseen.json()["possible"], len(foreseen.json()["told"])) == (True, 2)
    assert await missing(desk, wave) == [[], []]
    version = foreseen.headers["ETag"]
    moved = await desk.post(f"{path}?mode=commit", move, **{"If-Match": version})
    assert moved.status_code == 200, moved.text
    assert await missing(desk, wave) == [[], ["space-not-confirmed"]]
    await settle()
    assert await missing(desk, wave) == [[], []]
    bookings = (await world.get("/bookings", facility_id=second["facility_id"])).json()["items"]
    assert sorted((each["space_id"] == room["id"], each["state"]) for each in bookings) == [
        (False, "CANCELLED"),
        (True, "APPROVED"),
    ]
    taken = await desk.post(
        f"/v1/classes/{first['id']}/changes",
        {"space_id": str(new_id())},
    )
    assert taken.json()["refusals"][0]["code"] == "space-unknown"

    morning = sign_business_time(keys.private["cli"], starts + timedelta(hours=1))
    opening = {"started_at": first["starts_at"], "present": []}
    hour = {"Balai-Business-Time": morning}
    refused = await desk.post(f"/v1/classes/{first['id']}/opening", opening, **hour)
    assert (refused.status_code, refused.json()["code"]) == (409, "wave-not-go")
    go = await desk.post(decisions, {"verdict": "GO", "reason": "Semua kelas siap"})
    assert (go.json()["number"], go.json()["readiness"]["percent"]) == (2, 100.0)
    opened = await desk.post(f"/v1/classes/{first['id']}/opening", opening, **hour)
    assert opened.status_code == 200, opened.text
