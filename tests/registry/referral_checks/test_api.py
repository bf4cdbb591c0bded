"""What somebody can be referred to: open to him today, or refused with the reason."""

import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import institution_body


@pytest.fixture
def check(world):
    """Return the function that asks for enrollment: `check("BANK", id)`."""

    async def ask(kind: str, target_id: str, *, role: Role = Role.SERVICE):
        body = {"kind": kind, "target_id": str(target_id)}
        by = world.auth(role)
        return await world.registry.post("/v1/referral-checks", json=body, headers=by)

    return ask


@pytest.fixture
async def house(world) -> dict:
    return await world.facility(
        kind="PRODUCTION_HOUSE", owner_ministry="MSME", name="Rumah Produksi Melati"
    )


def offer(**facts) -> dict:
    return {
        "code": "KEMAS-01",
        "kind": "PACKAGING",
        "name": "Kemasan",
        "unit": "per desain",
        "offered_from": "2025-01-01",
        **facts,
    }


async def designate(world, facility_id: str, **facts) -> dict:
    body = {
        "decree_number": "SK-1/2025",
        "decreed_on": "2025-01-02",
        "valid_from": "2025-01-02",
        "valid_to": "2077-12-31",
        "capacity": 1,
        **facts,
    }
    return await world.made(f"/facilities/{facility_id}/incubators", body)


async def join(world, incubator: dict, participant_id) -> dict:
    body = {"participant_id": str(participant_id), "joined_on": "2025-07-15"}
    return await world.made(f"/incubators/{incubator['id']}/tenants", body)


class TestCheckReferral:
    async def test_tells_what_is_to_be_copied(self, world, check, house):
        service = await world.made(f"/facilities/{house['id']}/services", offer())
        bank = await world.made("/institutions", institution_body(kind="BANK", name="Bank Melati"))

        at_house = await check("PLUT_SERVICE", service["id"])
        at_bank = await check("BANK", bank["id"])

        assert at_house.status_code == 200, at_house.text
        assert at_house.json() == {
            "kind": "PLUT_SERVICE",
            "target_id": service["id"],
            "name": "Kemasan",
            "facility_id": house["id"],
            "facility_name": "Rumah Produksi Melati",
            "facility_kind": "PRODUCTION_HOUSE",
            "province_code": "33",
            "regency_code": "33.73",
            "owner_ministry": "MSME",
            "time_zone": "WIB",
        }
        assert at_bank.status_code == 200, at_bank.text
        assert (at_bank.json()["name"], at_bank.json()["facility_id"]) == ("Bank Melati", None)

    async def test_refuses_what_takes_nobody(self, world, check, house):
        services = f"/facilities/{house['id']}/services"
        ended = await world.made(services, offer())
        await world.post(f"/services/{ended['id']}/end", {"ended_on": "2025-06-30"})
        later = await world.made(services, offer(code="KEMAS-02", offered_from="2077-01-01"))
        hall = await world.facility()
        room = await world.space(hall["id"])
        foundation = await world.made("/institutions", institution_body())

        found = [
            (answer.status_code, answer.json()["code"])
            for answer in (
                await check("PLUT_SERVICE", ended["id"]),
                await check("PLUT_SERVICE", later["id"]),
                await check("PRODUCTION_SLOT", room["id"]),
                await check("BANK", foundation["id"]),
                await check("INCUBATOR", new_id()),
                await check("PRODUCTION_SLOT", new_id()),
            )
        ]

        assert found == [
            (409, "service-not-offered"),
            (409, "service-not-offered"),
            (422, "not-production-house"),
            (422, "institution-not-bank"),
            (404, "incubator-not-found"),
            (404, "space-not-found"),
        ]

    async def test_refuses_a_full_or_suspended_incubator(self, world, check):
        centre = await world.facility(kind="BLKK")
        incubator = await designate(world, centre["id"])

        free = await check("INCUBATOR", incubator["id"])
        await join(world, incubator, new_id())
        full = await check("INCUBATOR", incubator["id"])
        await world.post(f"/incubators/{incubator['id']}/suspend")
        suspended = await check("INCUBATOR", incubator["id"])

        assert free.status_code == 200, free.text
        assert (full.status_code, full.json()["code"]) == (409, "incubator-full")
        assert suspended.json()["code"] == "incubator-state-refused"

    async def test_refuses_a_facility_that_is_not_active(self, world, check, house):
        space = await world.space(house["id"])
        fine = await check("PRODUCTION_SLOT", space["id"])
        await world.post(f"/facilities/{house['id']}/suspend", {"reason": "Renovasi"})
        refused = await check("PRODUCTION_SLOT", space["id"])

        assert fine.status_code == 200, fine.text
        assert (refused.status_code, refused.json()["code"]) == (409, "facility-not-active")

    async def test_is_for_services_only(self, check):
        assert (await check("BANK", new_id(), role=Role.NATIONAL_ADMIN)).status_code == 403


class TestCheckTenant:
    async def test_knows_the_tenant_by_incubator_and_person(self, world):
        centre = await world.facility(kind="BLKK")
        incubator = await designate(world, centre["id"], capacity=2)
        person = new_id()
        tenant = await join(world, incubator, person)
        left = await join(world, incubator, new_id())
        path = f"/incubators/{incubator['id']}/tenants/{left['id']}/leave"
        await world.post(path, {"left_on": "2025-08-15"})

        async def ask(tenant_id: str, participant_id) -> int:
            body = {"incubator_id": incubator["id"], "tenant_id": tenant_id}
            body["participant_id"] = str(participant_id)
            answer = await world.registry.post(
                "/v1/referral-checks/tenants", json=body, headers=world.auth(Role.SERVICE)
            )
            return answer.status_code

        assert await ask(tenant["id"], person) == 200
        assert await ask(tenant["id"], new_id()) == 404
        assert await ask(left["id"], left["participant_id"]) == 404
