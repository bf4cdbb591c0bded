"""An assignment lets somebody act in all three services, and revoking it ends that in all three."""

import pytest

from services.reporting.worker import RegistryConsumer
from shared.db.session import transaction
from shared.ids import new_id
from shared.schemas.events import EventFeed
from shared.scope import SYSTEM, Actor, Role
from tests.support.waiting import eventually

CLASS = f"/v1/classes/{new_id()}/enrollments"


@pytest.fixture
def spread(world, auth, enrollment_db, reporting, worker_of):
    """Return the function that lets enrollment and reporting read all of the registry's feed."""

    async def read() -> None:
        await worker_of(
            "enrollment", enrollment_db, registry_transport=world.registry.transport
        ).drain()
        response = await world.registry.get(
            "/v1/events", params={"limit": 1_000}, headers=auth(Role.SERVICE)
        )
        feed = EventFeed.model_validate(response.json())
        sessions, reader = reporting.state["sessions"], Actor("test", "reader")
        async with transaction(sessions, scope=SYSTEM, actor=reader) as session:
            await RegistryConsumer().consume(session, feed.items)

    return read


@pytest.fixture
def statuses(world, enrollment, reporting, login):
    """Return the function that asks one thing of each service, and one by a lean route."""

    async def ask(subject: str) -> list[int]:
        header = login(subject)
        key = {"Idempotency-Key": new_id().hex}
        answers = [
            await world.registry.get("/v1/facilities", headers=header),
            await enrollment.get("/v1/classes", headers=header),
            await enrollment.post(CLASS, json={}, headers={**header, **key}),
            await reporting.get("/v1/reports/facilities", headers=header),
        ]
        return [each.status_code for each in answers]

    return ask


async def test_is_learnt_from_events_and_ends_with_them(world, spread, statuses, in_transaction):
    body = {
        "issuer": "balai:people",
        "subject": "ibu-sari",
        "label": "Dinas",
        "role": "REGIONAL_OFFICER",
        "areas": ["33"],
    }
    assert await statuses("ibu-sari") == [403, 403, 403, 403]
    made = await world.made("/assignments", body)
    await spread()

    async def are(*wanted: int) -> bool:
        return await statuses("ibu-sari") == list(wanted)

    # A claim that names nobody is looked at, and found wanting.
    await eventually(lambda: are(200, 200, 422, 200), within_s=5)

    await world.post(f"/assignments/{made['id']}/revoke", {"reason": "Pindah"})
    await eventually(lambda: are(403, 200, 422, 200), within_s=5)
    await spread()
    await eventually(lambda: are(403, 403, 403, 403), within_s=5)
