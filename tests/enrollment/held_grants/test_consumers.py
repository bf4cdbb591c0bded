from shared.db.grants import holder_of
from shared.ids import new_id
from tests.support.waiting import eventually


def held(registry, topic: str = "granted", **facts) -> dict:
    payload = {
        "id": str(new_id()),
        "holder": holder_of("balai:people", "ibu-sari"),
        "role": "REGIONAL_OFFICER",
        "ministries": [],
        "areas": ["33"],
        "facilities": [],
        "valid_from": "2020-01-01",
        "valid_to": None,
        "revoked_at": None,
        **facts,
    }
    return registry.event(f"registry.assignment.{topic}", payload)


class TestFollowGrants:
    async def test_lets_in_whom_the_registry_assigned_after_a_page_with_other_events(
        self, enrollment, fake_registry, worker, rows, login
    ):
        fake_registry.announce()
        fake_registry.events.append(held(fake_registry))
        before = await enrollment.get("/v1/classes", headers=login("ibu-sari"))

        await worker()

        async def is_in() -> bool:
            response = await enrollment.get("/v1/classes", headers=login("ibu-sari"))
            return response.status_code == 200

        assert before.status_code == 403
        await eventually(is_in)
        assert (await rows("SELECT count(*) AS n FROM enrollment.area_copy"))[0]["n"] > 0


class TestForgetGrants:
    async def test_begins_anew_when_the_registry_was_restored(self, fake_registry, worker, rows):
        fake_registry.events.append(held(fake_registry, areas=["91"]))
        await worker()
        fake_registry.epoch = 2
        fake_registry.events = [held(fake_registry, areas=["33"])]

        await worker()

        found = await rows("SELECT areas FROM enrollment.held_grant")
        assert found == [{"areas": ["33"]}]
