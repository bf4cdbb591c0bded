from sqlalchemy import text

from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import facility_body

REASON = {"reason": "Dua pesantren bernama sama (DATA SINTETIS)"}


async def scan(world, work) -> dict:
    response = await world.post("/duplicate-scans")
    assert response.status_code == 202, response.text
    await work()
    job = (await world.get(f"/jobs/{response.json()['id']}")).json()
    assert job["status"] == "SUCCEEDED", job
    return job


async def pairs(world, **query) -> list[dict]:
    response = await world.get("/facility-duplicates", **query)
    assert response.status_code == 200, response.text
    return response.json()["items"]


class TestScanDuplicates:
    async def test_finds_names_and_codes_that_two_share(self, world, work):
        one = await world.facility(name="BLKK Ponpes Al-Hikmah", kind="BLKK")
        other = await world.facility(name="Balai Latihan Kerja Komunitas Al Hikmah", kind="BLKK")
        await world.facility(name="BLKK Kenanga", kind="BLKK")
        third = await world.facility(name="BLKK Pesantren Al-Hikmah", kind="BLKK")
        far = await world.facility(name="BLK Melati", area_code="91.71")
        tools = {"name": "Mesin las", "quantity": 1, "condition": "GOOD", "asset_code": "A-1"}
        for facility in (far, other):
            await world.made(f"/facilities/{facility['id']}/equipment", tools)

        job = await scan(world, work)
        found = await pairs(world)

        assert job["result"] == {"facilities": 5, "open_pairs": 2}
        assert job["progress"] == {"done": 5, "total": 5}
        assert {frozenset((each["a"]["id"], each["b"]["id"])) for each in found} == {
            frozenset((one["id"], third["id"])),
            frozenset((far["id"], other["id"])),
        }
        assert [each["score"] for each in found] == [100, 90]
        assert found[0]["reasons"] == ["NAME", "REGENCY"]
        assert found[1]["reasons"] == ["ASSET_CODE"]
        assert [each["score"] for each in await pairs(world, area="91")] == [90]
        first = (await world.get("/facility-duplicates", limit=1)).json()
        assert first["items"] == found[:1]
        after = await world.registry.get(first["next"], headers=world.admin)
        assert after.json()["items"] == found[1:]

    async def test_forgets_what_is_no_longer_alike(self, world, work):
        await world.facility(name="BLKK Melati")
        other = await world.facility(name="BLK Komunitas Melati")
        await scan(world, work)
        assert len(await pairs(world)) == 1

        changed = await world.patch(
            f"/facilities/{other['id']}", {"name": "BLKK Kenanga"}, headers={"If-Match": '"1"'}
        )
        assert changed.status_code == 200
        await scan(world, work)

        assert await pairs(world) == []

    async def test_is_for_ministries(self, world):
        response = await world.post("/duplicate-scans", by=world.officer("33"))

        assert response.status_code == 403

    async def test_compares_five_thousand_within_seconds(self, world, work, in_transaction):
        model = await world.facility(**facility_body(code="F-0"))
        async with in_transaction() as session:
            await session.execute(
                text(
                    """
                    INSERT INTO registry.facility
                    SELECT (jsonb_populate_record(facility, jsonb_build_object('id', uuidv7(),
                        'code', 'N-' || n, 'regency_code', '33.' || n / 2 % 20,
                        'name', 'BLKK ' || md5(CAST(n / 2 AS text))))).*
                    FROM registry.facility, generate_series(1, 4999) AS n
                    WHERE facility.id = :id
                    """
                ),
                {"id": model["id"]},
            )

        job = await scan(world, work)

        # 250 in each regency, which is many; each name is that of two.
        assert job["result"] == {"facilities": 5000, "open_pairs": 2499}


class TestDismissFacilityDuplicate:
    async def test_stays_dismissed(self, world, work):
        for name in ("BLKK Melati", "BLK Komunitas Melati"):
            await world.facility(name=name)
        await scan(world, work)
        (found,) = await pairs(world)
        path = f"/facility-duplicates/{found['id']}/dismiss"

        first = await world.post(path, REASON, key="k")
        again = await world.post(path, REASON, key="k")
        twice = await world.post(path, REASON)
        await scan(world, work)

        assert first.status_code == 200, first.text
        assert first.json()["state"] == "DISMISSED"
        assert again.content == first.content
        assert (twice.status_code, twice.json()["code"]) == (409, "facility-duplicate-decided")
        assert await pairs(world) == []
        assert len(await pairs(world, state="DISMISSED")) == 1

    async def test_takes_a_reason(self, world):
        response = await world.post(f"/facility-duplicates/{new_id()}/dismiss", {})

        assert response.status_code == 422

    async def test_is_of_those_only_to_whom_both_belong(self, world, work):
        await world.facility(name="BLKK Melati", owner_ministry="MANPOWER")
        await world.facility(name="BLK Komunitas Melati", owner_ministry="MSME")
        await scan(world, work)
        (found,) = await pairs(world)
        manpower = world.auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"])

        listed = await pairs(world, by=manpower)
        path = f"/facility-duplicates/{found['id']}/dismiss"
        response = await world.post(path, REASON, by=manpower)

        assert listed == []
        assert (response.status_code, response.json()["code"]) == (
            404,
            "facility-duplicate-not-found",
        )
