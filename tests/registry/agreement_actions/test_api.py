from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.clock import ledger_day, utc_now
from shared.ids import new_id
from shared.scope import Role

TODAY = ledger_day(utc_now())
DONE = {
    "done_on": TODAY.isoformat(),
    "evidence": {"reference": "arsip/laporan-1", "sha256": "ab" * 32},
}


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


@pytest.fixture
async def ground(world) -> dict:
    """Return an agreement of both ministries, a facility that it covers, and a body for it."""
    facility = await world.facility()
    agreement = await world.agreement(facility_ids=[facility["id"]])
    body = {
        "agreement_id": agreement["id"],
        "title": "Pelatihan serentak tahap pertama",
        "responsible": {"ministry": "MSME"},
        "facility_id": facility["id"],
        "due_on": day(30),
    }
    return {"agreement": agreement, "facility": facility, "body": body}


class TestPlanAgreementAction:
    async def test_is_done_with_evidence_only(self, world, ground, in_transaction):
        planned = await world.post("/agreement-actions", ground["body"], key="k-4")
        again = await world.post("/agreement-actions", ground["body"], key="k-4")
        action = planned.json()
        path = f"/agreement-actions/{action['id']}"
        started = await world.post(f"{path}/start")
        bare = await world.post(f"{path}/finish", {"done_on": day(0)})
        ahead = await world.post(f"{path}/finish", {**DONE, "done_on": day(1)})
        done = await world.post(f"{path}/finish", DONE)
        late = await world.post(f"{path}/cancel", {"reason": "Tidak jadi."})

        assert (planned.status_code, again.content) == (201, planned.content)
        assert (action["status"], action["overdue"]) == ("PLANNED", False)
        assert started.json()["status"] == "IN_PROGRESS"
        assert (bare.status_code, bare.json()["code"]) == (422, "validation-failed")
        assert (ahead.status_code, ahead.json()["code"]) == (
            422,
            "agreement-action-done-day-invalid",
        )
        assert (done.status_code, done.json()["evidence"]) == (200, DONE["evidence"])
        assert (late.status_code, late.json()["present"], late.json()["allowed"]) == (
            409,
            "DONE",
            [],
        )
        assert (await world.get(path)).json() == done.json()
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event)
                    .where(Event.topic.like("registry.agreement_action.%"))
                    .order_by(Event.xid, Event.id)
                )
            ).all()
        assert [(each.payload["before"], each.payload["after"]) for each in events] == [
            (None, "PLANNED"),
            ("PLANNED", "IN_PROGRESS"),
            ("IN_PROGRESS", "DONE"),
        ]
        assert {(each.province_code, each.owner_ministry, each.co_ministry) for each in events} == {
            ("33", "MANPOWER", "MSME")
        }

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"agreement_id": str(new_id())}, 404, "agreement-not-found"),
            ({"responsible": {"ministry": "HOME_AFFAIRS"}}, 422, "agreement-action-owner-unknown"),
            (
                {"responsible": {"institution_id": str(new_id())}},
                422,
                "agreement-action-owner-unknown",
            ),
            ({"responsible": {}}, 422, "validation-failed"),
            ({"facility_id": str(new_id())}, 422, "agreement-action-facility-not-covered"),
            ({"due_on": "2025-03-24"}, 422, "agreement-action-due-invalid"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, ground, facts, status, code):
        response = await world.post("/agreement-actions", {**ground["body"], **facts})

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert (await world.get("/agreement-actions")).json()["items"] == []

    async def test_refuses_an_agreement_that_is_at_its_end(self, world, ground):
        path = f"/agreements/{ground['agreement']['id']}/terminate"
        await world.post(path, {"day": day(10), "reason": "Selesai."})

        response = await world.post("/agreement-actions", ground["body"])

        assert (response.status_code, response.json()["code"]) == (409, "agreement-state-refused")

    async def test_refuses_an_id_that_is_taken(self, world, ground):
        action = await world.made("/agreement-actions", ground["body"])

        response = await world.post("/agreement-actions", {**ground["body"], "id": action["id"]})

        assert (response.status_code, response.json()["code"]) == (409, "agreement-action-id-taken")

    async def test_is_open_to_who_is_concerned(self, world, ground):
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[new_id()])
        operator_there = world.auth(Role.FACILITY_OPERATOR, facilities=[ground["facility"]["id"]])
        action = await world.made("/agreement-actions", ground["body"])
        path = f"/agreement-actions/{action['id']}"

        for caller in (operator, world.officer("32"), world.officer("33", "HOME_AFFAIRS")):
            for refused in (
                await world.post("/agreement-actions", ground["body"], by=caller),
                await world.post(f"{path}/start", by=caller),
            ):
                assert (refused.status_code, refused.json()["code"]) == (403, "out-of-scope")
        for caller in (operator_there, world.officer("33.73", "MSME"), world.officer("33")):
            made = await world.post("/agreement-actions", ground["body"], by=caller)
            assert made.status_code == 201, made.text
        # Without a place it is the ministries' own.
        placeless = {**ground["body"], "facility_id": None}
        assert (await world.post("/agreement-actions", placeless, by=operator_there)).json()[
            "code"
        ] == "out-of-scope"
        assert (await world.post(f"{path}/start", by=world.auth(Role.AUDITOR))).status_code == 403

    async def test_follows_its_facility_when_that_moves(self, world, ground):
        action = await world.made("/agreement-actions", ground["body"])
        path = f"/facilities/{ground['facility']['id']}"
        facility = await world.get(path)
        moved = await world.patch(
            path, {"area_code": "73.71"}, headers={"If-Match": facility.headers["ETag"]}
        )
        assert moved.status_code == 200, moved.text

        start = f"/agreement-actions/{action['id']}/start"

        assert (await world.post(start, by=world.officer("33"))).status_code == 403
        assert (await world.post(start, by=world.officer("73"))).status_code == 200


class TestChangeAgreementAction:
    async def test_changes_what_is_open(self, world, ground):
        action = await world.made("/agreement-actions", ground["body"])
        path = f"/agreement-actions/{action['id']}"
        change = {"due_on": day(60), "responsible": {"ministry": "MANPOWER"}}

        changed = await world.patch(path, change, headers={"If-Match": '"1"'})
        stale = await world.patch(path, change, headers={"If-Match": '"1"'})
        missing = await world.patch(path, change)
        nobody = await world.patch(path, {"title": None}, headers={"If-Match": '"2"'})
        early = await world.patch(path, {"due_on": "2025-03-24"}, headers={"If-Match": '"2"'})
        await world.post(f"{path}/cancel", {"reason": "Digabung."})
        late = await world.patch(path, change, headers={"If-Match": '"3"'})

        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
        assert (changed.json()["due_on"], changed.json()["title"]) == (day(60), action["title"])
        assert changed.json()["responsible"]["ministry"] == "MANPOWER"
        assert (stale.status_code, missing.status_code) == (412, 428)
        assert (nobody.json()["code"], early.json()["code"]) == (
            "validation-failed",
            "agreement-action-due-invalid",
        )
        assert (late.status_code, late.json()["present"]) == (409, "CANCELLED")
        assert (await world.get(path)).json()["cancel_reason"] == "Digabung."


class TestListAgreementActions:
    async def test_narrows_and_pages(self, world, ground):
        bodies = [
            {"title": "lewat", "due_on": day(-2)},
            {"title": "selesai", "due_on": day(-1)},
            {"title": "nanti", "facility_id": None, "responsible": {"ministry": "MANPOWER"}},
        ]
        late, done, ahead = [
            await world.made("/agreement-actions", {**ground["body"], **each}) for each in bodies
        ]
        await world.post(f"/agreement-actions/{done['id']}/finish", DONE)

        async def titles(**filters) -> list[str]:
            page = (await world.get("/agreement-actions", **filters)).json()
            return [each["title"] for each in page["items"]]

        assert await titles() == ["lewat", "selesai", "nanti"]
        assert await titles(overdue=True) == ["lewat"]
        assert await titles(overdue=False) == ["selesai", "nanti"]
        assert await titles(status="DONE") == ["selesai"]
        assert await titles(ministry="MANPOWER") == ["nanti"]
        assert await titles(facility_id=ground["facility"]["id"]) == ["lewat", "selesai"]
        assert await titles(agreement_id=str(new_id())) == []
        first = (await world.get("/agreement-actions", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert [each["id"] for each in first["items"] + second["items"]] == [
            late["id"],
            done["id"],
            ahead["id"],
        ]


class TestGetAgreementAction:
    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/agreement-actions/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (
            404,
            "agreement-action-not-found",
        )
