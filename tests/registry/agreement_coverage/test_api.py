from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.clock import ledger_day, utc_now
from shared.ids import new_id
from shared.scope import Role

TODAY = ledger_day(utc_now())


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


@pytest.fixture
async def covering(world) -> dict:
    """Return an agreement that covers one facility, and a facility that it does not cover."""
    there, other = await world.facility(code="A"), await world.facility(code="B")
    agreement = await world.agreement(facility_ids=[there["id"]], valid_to=day(400))
    return {"id": agreement["id"], "there": there["id"], "other": other["id"]}


class TestCoverFacilities:
    async def test_adds_and_ends_and_adds_again(self, world, covering, in_transaction):
        path = f"/agreements/{covering['id']}/facilities"
        body = {"facility_ids": [covering["other"]], "valid_from": day(0), "valid_to": day(10)}

        added = await world.post(path, body, key="k-3")
        replayed = await world.post(path, body, key="k-3")
        overlapping = await world.post(path, {**body, "valid_from": day(10), "valid_to": None})
        ended = await world.post(f"{path}/{covering['other']}/end", {"last_day": day(5)})
        again = await world.post(path, {"facility_ids": [covering["other"]], "valid_from": day(6)})

        assert (added.status_code, added.json()["facilities"]) == (201, 1)
        assert replayed.content == added.content
        assert (overlapping.status_code, overlapping.json()["code"]) == (
            409,
            "agreement-coverage-overlaps",
        )
        assert overlapping.json()["errors"][0]["pointer"] == "/facility_ids/0"
        assert (ended.status_code, ended.json()["valid_to"]) == (200, day(5))
        assert again.status_code == 201, again.text
        rows = (await world.get(path)).json()["items"]
        assert sorted(
            (each["facility_code"], each["valid_from"], each["valid_to"]) for each in rows
        ) == [("A", "2025-03-25", None), ("B", day(0), day(5)), ("B", day(6), None)]
        on = (await world.get(path, on=day(-1))).json()["items"]
        assert [each["facility_code"] for each in on] == ["A"]
        first = (await world.get(path, limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert first["items"] + second["items"] == rows
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event)
                    .where(Event.topic.like("%coverage%"))
                    .order_by(Event.xid, Event.id)
                )
            ).all()
        assert [(each.topic.rpartition(".")[2], each.version) for each in events] == [
            ("coverage_added", 2),
            ("coverage_ended", 3),
            ("coverage_added", 4),
        ]

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"valid_to": day(401)}, 422, "agreement-coverage-period-invalid"),
            ({"valid_to": day(-1)}, 422, "agreement-coverage-period-invalid"),
            ({"facility_ids": [str(new_id())]}, 422, "facility-unknown"),
            ({"facility_ids": []}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, covering, facts, status, code):
        path = f"/agreements/{covering['id']}/facilities"
        body = {"facility_ids": [covering["other"]], "valid_from": day(0), **facts}

        response = await world.post(path, body)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert len((await world.get(path)).json()["items"]) == 1

    async def test_is_for_a_living_agreement_of_the_caller(self, world, covering):
        path = f"/agreements/{covering['id']}/facilities"
        body = {"facility_ids": [covering["other"]], "valid_from": day(0)}
        others = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])
        assert (await world.post(path, body, by=others)).json()["code"] == "out-of-scope"
        assert (await world.post(path, body, by=world.officer("33"))).status_code == 403
        await world.post(
            f"/agreements/{covering['id']}/terminate", {"day": day(20), "reason": "Selesai."}
        )

        response = await world.post(path, body)

        assert (response.status_code, response.json()["code"]) == (409, "agreement-state-refused")
        assert response.json()["present"] == "TERMINATED"


class TestEndFacilityCoverage:
    async def test_refuses_what_is_not_covered_or_has_ended(self, world, covering):
        path = f"/agreements/{covering['id']}/facilities"
        missing = await world.post(f"{path}/{covering['other']}/end", {"last_day": day(1)})
        early = await world.post(f"{path}/{covering['there']}/end", {"last_day": "2025-03-24"})
        await world.post(f"{path}/{covering['there']}/end", {"last_day": day(1)})

        twice = await world.post(f"{path}/{covering['there']}/end", {"last_day": day(2)})

        assert (missing.status_code, missing.json()["code"]) == (
            404,
            "agreement-coverage-not-found",
        )
        assert (early.status_code, early.json()["code"]) == (
            422,
            "agreement-coverage-period-invalid",
        )
        assert (twice.status_code, twice.json()["code"]) == (409, "agreement-coverage-ended")


class TestListFacilitiesWithoutAgreement:
    async def test_lists_what_no_agreement_in_force_covers(self, world, covering):
        planned = await world.facility(code="C", kind="BLKK", status="PLANNED", area_code="73.71")
        closed = await world.facility(code="D")
        await world.post(f"/facilities/{closed['id']}/close")
        drafted = {
            "kind": "MOU",
            "state": "DRAFT",
            "number": "draf",
            "title": "Draf",
            "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
            "facility_ids": [planned["id"]],
            "valid_from": "2025-03-25",
        }
        await world.made("/agreements", drafted)
        await world.post(
            f"/agreements/{covering['id']}/facilities/{covering['there']}/end",
            {"last_day": day(3)},
        )

        async def codes(by=None, **filters) -> list[str]:
            page = (await world.get("/facilities-without-agreement", by=by, **filters)).json()
            return [each["code"] for each in page["items"]]

        assert await codes() == ["B", "C"]
        assert await codes(on=day(3)) == ["B", "C"]
        assert await codes(on=day(4)) == ["A", "B", "C"]
        assert await codes(on="2025-03-24") == ["A", "B", "C"]
        assert await codes(kind="BLKK") == ["C"]
        assert await codes(area="33.73") == await codes(area="33") == ["B"]
        assert await codes(by=world.officer("73")) == ["C"]
        assert await codes(by=world.officer("32")) == []
        first = (await world.get("/facilities-without-agreement", limit=1)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert [each["code"] for each in first["items"] + second["items"]] == ["B", "C"]

    async def test_needs_the_registry(self, world):
        response = await world.get("/facilities-without-agreement", by=world.auth(Role.ANALYST))

        assert response.status_code == 403
