"""Two real services: a graduate goes on to a PLUT, a production house and an incubator."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from services.enrollment.worker import create_worker as create_enrollment_worker
from services.registry.referral_bookings.jobs import release_referral_holds
from services.registry.worker import create_worker as create_registry_worker
from shared.clock import ledger_day, utc_now
from shared.scope import Role
from tests.support.certified import end_class
from tests.support.rolls import run_class
from tests.support.seats import Applicant, Seats

SLOT = {"starts_at": "2077-02-08T01:00:00Z", "ends_at": "2077-02-08T05:00:00Z"}


class Cutter(httpx.AsyncBaseTransport):
    """Leads to the registry; enrollment can be made to die once the registry has booked."""

    def __init__(self, registry: httpx.AsyncBaseTransport) -> None:
        self.registry = registry
        self.deadly = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.registry.handle_async_request(request)
        if self.deadly and request.method == "PUT":
            raise RuntimeError("enrollment ends here")
        return answer


@pytest.fixture
def registry_transport(registry) -> Cutter:
    return Cutter(registry.transport)


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def settle(enrollment_db, settings_of, registry_transport):
    """Return the function that does enrollment's jobs."""

    async def drain() -> None:
        settings = settings_of("enrollment", enrollment_db, redis_url=None)
        await create_enrollment_worker(settings, registry_transport=registry_transport).drain()

    return drain


@pytest.fixture
async def graduates(enrollment_db, sessions_of, admin) -> list[dict]:
    """Return two who have completed a class, as a referral names them."""
    seats = Seats(sessions_of(enrollment_db))
    await seats.program()
    running = await run_class(seats, admin)
    await end_class(running, admin)
    rows = {str(row.id): row for row in await seats.enrollments(running.class_id)}
    return [
        {
            "person": str(rows[each].participant_id),
            "body": {"class_id": str(running.class_id), "enrollment_id": each},
        }
        for each in running.ids[:2]
    ]


@pytest.fixture
def refer(enrollment, auth, admin):
    """Return the function by which a graduate asks to be referred, and agrees to it."""

    async def consented(graduate: dict, kind: str, target_id: str, **more) -> dict:
        himself = Applicant(enrollment, auth(Role.PARTICIPANT, participant_id=graduate["person"]))
        body = {**graduate["body"], "kind": kind, "target_id": target_id, **more}
        made = await himself.post(f"/v1/participants/{graduate['person']}/referrals", json=body)
        assert made.status_code == 201, made.text
        return await turn(himself, made.json(), "consent", {"version": "2027-1"})

    return consented


async def turn(who: Applicant, referral: dict, verb: str, body: dict | None = None) -> dict:
    answer = await who.post(f"/v1/referrals/{referral['id']}/{verb}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def receiver(enrollment, auth):
    def at(facility: dict) -> Applicant:
        return Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]]))

    return at


async def test_a_graduate_goes_on(world, graduates, refer, receiver, admin, settle):
    today = ledger_day(utc_now()).isoformat()
    graduate = graduates[0]
    plut = await world.facility(kind="PLUT", owner_ministry="MSME")
    offer = await world.made(
        f"/facilities/{plut['id']}/services",
        {
            "code": "LEGAL-01",
            "kind": "LEGALITY",
            "name": "Pengurusan NIB",
            "unit": "per usaha",
            "offered_from": "2025-01-01",
        },
    )

    served = await turn(admin, await refer(graduate, "PLUT_SERVICE", offer["id"]), "send")
    await turn(receiver(plut), served, "accept")
    served = await turn(
        receiver(plut), served, "result", {"outcome": "SERVICE_RECEIVED", "on": today}
    )
    assert (served["state"], served["target"]) == ("RESULT", "Pengurusan NIB")

    house = await world.facility(kind="PRODUCTION_HOUSE", owner_ministry="MSME")
    line = await world.space(house["id"])
    hours = await refer(graduate, "PRODUCTION_SLOT", line["id"], people=2, slots=[SLOT])
    hours = await turn(admin, hours, "send")
    await settle()
    await turn(receiver(house), hours, "accept")
    await turn(receiver(house), hours, "result", {"outcome": "SLOT_USED", "on": today})
    booking = (await world.get(f"/bookings/{hours['booking_id']}")).json()
    assert (booking["state"], booking["hold_until"]) == ("APPROVED", None)
    assert booking["participant_id"] == graduate["person"]

    centre = await world.facility(kind="BLKK")
    incubator = await world.made(
        f"/facilities/{centre['id']}/incubators",
        {
            "decree_number": "SK-1/2025",
            "decreed_on": "2025-01-02",
            "valid_from": "2025-01-02",
            "valid_to": "2077-12-31",
            "capacity": 1,
        },
    )
    joined = await turn(admin, await refer(graduate, "INCUBATOR", incubator["id"]), "send")
    await turn(receiver(centre), joined, "accept")
    tenant = await world.made(
        f"/incubators/{incubator['id']}/tenants",
        {"participant_id": graduate["person"], "joined_on": today},
    )
    body = {"outcome": "TENANT_JOINED", "on": today, "tenant_id": tenant["id"]}
    assert (await turn(receiver(centre), joined, "result", body))["outcome"] == "TENANT_JOINED"
    full = await admin.post(
        f"/v1/participants/{graduates[1]['person']}/referrals",
        json={**graduates[1]["body"], "kind": "INCUBATOR", "target_id": incubator["id"]},
    )
    assert (full.status_code, full.json()["code"]) == (409, "incubator-full")


async def test_hours_of_a_referral_that_was_never_sent_are_free_again(
    *, world, graduates, refer, admin, registry, registry_transport, in_transaction, settle
):
    house = await world.facility(kind="PRODUCTION_HOUSE", owner_ministry="MSME")
    line = await world.space(house["id"])
    first, second = [
        await refer(each, "PRODUCTION_SLOT", line["id"], people=2, slots=[SLOT])
        for each in graduates
    ]
    registry_transport.deadly = True
    died = await admin.post(f"/v1/referrals/{first['id']}/send")
    registry_transport.deadly = False
    waits = await admin.post(f"/v1/referrals/{second['id']}/send")

    async with in_transaction() as session:
        await session.execute(
            text("UPDATE registry.booking SET hold_until = :now"),
            {"now": utc_now() - timedelta(seconds=1)},
        )
    async with create_registry_worker(registry.state["settings"]).context() as context:
        await release_referral_holds(context)
    sent = await turn(admin, second, "send")
    await settle()

    assert (died.status_code, waits.json()["code"]) == (500, "space-taken")
    told = (await admin.get(f"/v1/referrals/{sent['id']}")).json()
    assert told["booked_at"] is not None
    assert (await admin.get(f"/v1/referrals/{first['id']}")).json()["state"] == "CONSENTED"
