from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.clock import ledger_day, utc_now
from shared.ids import new_id
from shared.scope import Role

TODAY = ledger_day(utc_now())
EVIDENCE = {"reference": "arsip/berita-acara", "sha256": "ab" * 32}


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


@pytest.fixture
async def body(world) -> dict:
    """Return the proposal to build a planned community centre."""
    facility = await world.facility(kind="BLKK", status="PLANNED")
    institution = await world.made(
        "/institutions", {"code": "YPC", "name": "Yayasan Contoh", "kind": "FOUNDATION"}
    )
    return {
        "number": "BLKK/1",
        "title": "Pembangunan BLK Komunitas",
        "facility_id": facility["id"],
        "institution_id": institution["id"],
        "ministry": "MANPOWER",
        "grant_rupiah": 500_000_000,
        "proposed_on": day(-300),
        "evidence": EVIDENCE,
    }


def step(name: str, on: int, **facts) -> dict:
    return {"step": name, "day": day(on), "evidence": EVIDENCE, **facts}


LIFE = [
    step("VERIFIED", -280),
    step("SIGNED", -270, accounts_due_on=day(-1)),
    step("FIRST_PAYMENT", -260, amount_rupiah=350_000_000),
    step("HALF_BUILT", -200),
    step("SECOND_PAYMENT", -190, amount_rupiah=150_000_000),
    step("BUILT", -90),
    step("EQUIPPED", -30),
    step("ACCOUNTED_FOR", 0),
]


class TestDevelopment:
    async def test_lives_from_the_proposal_to_the_accounts(self, world, body, in_transaction):
        proposed = await world.post("/developments", body, key="k-5")
        again = await world.post("/developments", body, key="k-5")
        path = f"/developments/{proposed.json()['id']}"

        async def overdue() -> list[str]:
            page = (await world.get("/developments", overdue=True)).json()
            return [each["number"] for each in page["items"]]

        seen = []
        for each in LIFE:
            taken = await world.post(f"{path}/steps", each)
            assert taken.status_code == 200, taken.text
            seen.append((taken.json()["step"], await overdue()))

        assert (proposed.status_code, again.content) == (201, proposed.content)
        assert (proposed.json()["step"], proposed.json()["next_step"]) == ("PROPOSED", "VERIFIED")
        late = [name for name, numbers in seen if numbers == ["BLKK/1"]]
        assert late == [each["step"] for each in LIFE[1:-1]]
        whole = (await world.get(path)).json()
        assert (whole["kind"], whole["paid_rupiah"]) == ("BLKK_DEVELOPMENT", 500_000_000)
        assert (whole["next_step"], whole["overdue"], whole["version"]) == (None, False, 9)
        assert [each["step"] for each in whole["steps"]] == ["PROPOSED", *(s["step"] for s in LIFE)]
        assert whole["steps"][3]["amount_rupiah"] == 350_000_000
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event)
                    .where(Event.topic.like("registry.development.%"))
                    .order_by(Event.xid, Event.id)
                )
            ).all()
        assert [each.version for each in events] == list(range(1, 10))
        assert [(e.payload["before"], e.payload["after"]) for e in events[:2]] == [
            (None, "PROPOSED"),
            ("PROPOSED", "VERIFIED"),
        ]
        assert {(e.province_code, e.owner_ministry) for e in events} == {("33", "MANPOWER")}

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"facility_id": str(new_id())}, 404, "facility-not-found"),
            ({"institution_id": str(new_id())}, 422, "institution-unknown"),
            ({"follows_from_id": str(new_id())}, 422, "agreement-basis-refused"),
            ({"proposed_on": day(1)}, 422, "development-step-day-invalid"),
            ({"grant_rupiah": 0}, 422, "validation-failed"),
            ({"grant_rupiah": 0.5}, 422, "validation-failed"),
            ({"grant_rupiah": "500000000"}, 422, "validation-failed"),
        ],
    )
    async def test_is_not_proposed_when_something_is_wrong(self, world, body, facts, status, code):
        response = await world.post("/developments", {**body, **facts})

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert (await world.get("/developments")).json()["items"] == []

    async def test_is_of_one_planned_centre_under_one_number(self, world, body):
        there = await world.made("/developments", body)
        other = await world.facility(kind="BLKK", status="PLANNED")
        active = await world.facility(kind="BLKK")

        codes = [
            (await world.post("/developments", {**body, **facts})).json()["code"]
            for facts in (
                {"number": "BLKK/2"},
                {"facility_id": other["id"]},
                {"facility_id": other["id"], "number": "BLKK/2", "id": there["id"]},
                {"facility_id": active["id"], "number": "BLKK/2"},
            )
        ]

        assert codes == [
            "development-facility-taken",
            "development-number-taken",
            "development-id-taken",
            "development-facility-not-planned",
        ]

    async def test_takes_no_step_out_of_order(self, world, body):
        path = f"/developments/{(await world.made('/developments', body))['id']}"

        skipped = await world.post(f"{path}/steps", LIFE[1])
        paid = await world.post(f"{path}/steps", {**LIFE[0], "amount_rupiah": 1})
        early = await world.post(f"{path}/steps", {**LIFE[0], "day": day(-301)})
        unproven = await world.post(f"{path}/steps", {**LIFE[0], "evidence": None})

        assert (skipped.status_code, skipped.json()["code"]) == (409, "development-step-refused")
        assert (skipped.json()["present"], skipped.json()["allowed"]) == ("PROPOSED", ["VERIFIED"])
        assert paid.json()["code"] == "development-step-amount-invalid"
        assert early.json()["code"] == "development-step-day-invalid"
        assert unproven.json()["code"] == "validation-failed"
        assert (await world.get(path)).json()["version"] == 1

    async def test_is_read_and_changed_within_scope(self, world, body):
        development = await world.made("/developments", body)
        path = f"/developments/{development['id']}"
        others = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])
        officer = world.officer("33", "MANPOWER")

        for caller in (others, world.officer("32")):
            assert (await world.get("/developments", by=caller)).json()["items"] == []
            hidden = await world.get(path, by=caller)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "development-not-found")
        step_of_others = await world.post(f"{path}/steps", LIFE[0], by=others)
        assert step_of_others.json()["code"] == "development-not-found"
        proposed_by_others = await world.post("/developments", body, by=others)
        assert proposed_by_others.json()["code"] == "out-of-scope"
        assert (await world.get(path, by=officer)).json() == development
        assert (await world.post(f"{path}/steps", LIFE[0], by=officer)).status_code == 403

    async def test_list_narrows_and_pages(self, world, body):
        await world.made("/developments", body)
        other = await world.facility(kind="BLKK", status="PLANNED", area_code="73.71")
        second = {**body, "number": "BLKK/2", "facility_id": other["id"]}
        away = await world.made("/developments", second)
        await world.post(f"/developments/{away['id']}/steps", LIFE[0])

        async def numbers(**filters) -> list[str]:
            page = (await world.get("/developments", **filters)).json()
            return [each["number"] for each in page["items"]]

        assert await numbers() == ["BLKK/1", "BLKK/2"]
        assert await numbers(step="VERIFIED") == ["BLKK/2"]
        assert await numbers(area="33") == await numbers(area="33.73") == ["BLKK/1"]
        assert await numbers(facility_id=other["id"]) == ["BLKK/2"]
        assert await numbers(institution_id=body["institution_id"]) == ["BLKK/1", "BLKK/2"]
        assert await numbers(overdue=False) == ["BLKK/1", "BLKK/2"]
        first = (await world.get("/developments", limit=1)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        page = (await world.registry.get(rest, headers=world.admin)).json()
        assert [each["number"] for each in page["items"]] == ["BLKK/2"]
