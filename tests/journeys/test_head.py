"""The head of a community centre: invited, approved, at work in three services, and let go."""

from datetime import timedelta

import pytest

from services.reporting.worker import RegistryConsumer
from shared.clock import utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.schemas.events import EventFeed
from shared.scope import SYSTEM, Actor, Role
from tests.registry.world import AREAS
from tests.support.planning import Desk, class_body, person_body
from tests.support.waiting import eventually

HEAD, NEXT = "ibu-kepala", "pak-penerus"


@pytest.fixture
def registry_transport(registry):
    """Let enrollment reach the registry."""
    return registry.transport


@pytest.fixture
def spread(world, auth, registry, enrollment_db, reporting, worker_of):
    """Return the function that lets both other services read all of the registry's feed."""

    async def read() -> None:
        await worker_of("enrollment", enrollment_db, registry_transport=registry.transport).drain()
        answer = await world.registry.get(
            "/v1/events", params={"limit": 1_000}, headers=auth(Role.SERVICE)
        )
        feed = EventFeed.model_validate(answer.json())
        sessions = reporting.state["sessions"]
        async with transaction(sessions, scope=SYSTEM, actor=Actor("test", "reader")) as session:
            await RegistryConsumer().consume(session, feed.items)

    return read


@pytest.fixture
async def areas(world, work, spread) -> None:
    """Bring the areas in once more, by the way that the other services hear of."""
    rows = "".join(f"{code},{name}\n" for code, name in AREAS.items())
    headers = {"Content-Type": "text/csv"}
    await world.post("/area-imports", content=f"code,name\n{rows}".encode(), headers=headers)
    await work()
    await spread()


@pytest.fixture
async def places(world, areas, enrollment, auth) -> list[dict]:
    """Return two community centres, each with a class in which somebody has a seat."""
    centers = [
        await world.facility(kind="BLKK", area_code=code, name="BLKK Melati")
        for code in ("33.73.04", "33.74")
    ]
    agreement = await world.agreement(facility_ids=[each["id"] for each in centers])
    module = await world.module()
    desk = Desk(enrollment, auth(Role.NATIONAL_ADMIN))
    wave = await desk.wave()
    for month, center in enumerate(centers, start=1):
        planned = class_body(
            wave,
            center["id"],
            space_id=(await world.space(center["id"]))["id"],
            agreement_id=agreement["id"],
            module_id=module["id"],
            instructor_ids=[(await world.instructor(center["id"]))["id"]],
        )
        center["class"] = (await desk.made("/v1/classes", planned))["id"]
        nik, born = f"33730157{month:02d}850000", f"1985-{month:02d}-17"
        person = person_body(nik=nik, birth_date=born, home_area_code="33.73.04")
        someone = await desk.made("/v1/participants", person)
        seat = {"participant_id": someone["id"]}
        await desk.made(f"/v1/classes/{center['class']}/enrollments", seat)
    return centers


@pytest.fixture
def asked(world, enrollment, reporting, login):
    """Return the function that lets a login ask each service for what a head needs.

    It adds a room, reads a roster and counts facilities: 201, 1, 1 where all of it is his.
    """

    async def ask(subject: str, place: dict) -> list[int]:
        header = login(subject)
        room = {"name": f"Ruang {new_id()}", "capacity": 16}
        answers = [
            await world.post(f"/facilities/{place['id']}/spaces", room, by=header),
            await enrollment.get(f"/v1/classes/{place['class']}/enrollments", headers=header),
            await reporting.get("/v1/reports/facilities", headers=header),
        ]
        statuses = [each.status_code for each in answers]
        # What is shown: how many are on the roster, and how many facilities are counted.
        if statuses[1:] == [200, 200]:
            counted = {row["numerator"] for row in answers[2].json()["rows"]}
            statuses[1:] = [len(answers[1].json()["items"]), *counted]
        return statuses

    return ask


async def claimed(world, login, answer, subject: str) -> None:
    """Let somebody claim the code that an office or a head has handed to him."""
    assert answer.status_code == 201, answer.text
    code = {"code": answer.json()["code"]}
    claim = await world.post("/me/invitations", code, by=login(subject))
    assert claim.status_code == 201, claim.text


async def approved(world, answer, *, by: dict) -> str:
    """Approve what was claimed; return the assignment that came of it."""
    done = await world.post(f"/invitations/{answer.json()['id']}/approve", {}, by=by)
    assert done.status_code == 200, done.text
    return done.json()["assignment_id"]


async def test_is_invited_runs_his_centre_hands_it_over_and_is_let_go(
    world, login, places, spread, asked
):
    own, other = places
    salatiga, semarang = world.officer("33.73"), world.officer("33.74")
    expires = (utc_now() + timedelta(days=30)).isoformat()

    invited = await world.post(
        "/invitations", {"facility_id": own["id"], "expires_at": expires}, by=salatiga
    )
    before = (await world.get("/me", by=login(HEAD))).json()
    assert (before["grants"], before["invitations"]) == ([], [])
    await claimed(world, login, invited, HEAD)
    waiting = (await world.get("/me", by=login(HEAD))).json()
    assert [each["state"] for each in waiting["invitations"]] == ["CLAIMED"]
    assert await asked(HEAD, own) == [403, 403, 403]

    elsewhere = await world.post(f"/invitations/{invited.json()['id']}/approve", {}, by=semarang)
    assert elsewhere.status_code == 404
    first = await approved(world, invited, by=salatiga)
    await spread()

    async def may(subject: str, place: dict, *statuses: int) -> bool:
        return await asked(subject, place) == list(statuses)

    await eventually(lambda: may(HEAD, own, 201, 1, 1), within_s=10)
    # Another's centre stays another's: no room is added, nobody shown, nothing counted.
    assert await asked(HEAD, other) == [403, 0, 1]
    me = (await world.get("/me", by=login(HEAD))).json()
    assert [(each["role"], each["facilities"]) for each in me["grants"]] == [
        ("FACILITY_OPERATOR", [own["id"]])
    ]
    assert await asked(NEXT, own) == [403, 403, 403]

    handed = await world.post(
        f"/facilities/{own['id']}/handover", {"expires_at": expires}, by=login(HEAD)
    )
    await claimed(world, login, handed, NEXT)
    second = await approved(world, handed, by=salatiga)
    await spread()
    await eventually(lambda: may(NEXT, own, 201, 1, 1), within_s=10)
    await eventually(lambda: may(HEAD, own, 403, 403, 403), within_s=10)
    ended = (await world.get(f"/assignments/{first}", by=salatiga)).json()
    assert ended["revoked_at"] is not None

    revoked = await world.post(f"/assignments/{second}/revoke", {"reason": "Pindah"}, by=salatiga)
    assert revoked.status_code == 200, revoked.text
    await spread()
    await eventually(lambda: may(NEXT, own, 403, 403, 403), within_s=10)
    shown = (await world.get("/me", by=login(NEXT))).json()
    assert (shown["grants"], shown["assignments"]) == ([], [])
