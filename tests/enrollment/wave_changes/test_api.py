from datetime import datetime, timedelta

import pytest

from shared.clock import utc_now
from shared.http.tokens import sign_business_time
from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import Desk, class_body, person_body


@pytest.fixture
async def wave(desk) -> dict:
    return await desk.wave()


@pytest.fixture
async def planned(desk, wave, fake_registry) -> list[dict]:
    facilities = [fake_registry.add_facility() for _ in range(2)]
    return [await desk.made("/v1/classes", class_body(wave, each)) for each in facilities]


async def patch(desk: Desk, wave: dict, body: dict, *, version: int | None = 1, **headers):
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return await desk.client.patch(
        f"/v1/waves/{wave['id']}", json=body, headers={**desk.caller, **headers}
    )


def later(moment: str, **delta) -> str:
    return (datetime.fromisoformat(moment) + timedelta(**delta)).isoformat().replace("+00:00", "Z")


async def apply(desk: Desk, wave: dict, facility, *, submit: bool) -> dict:
    """Return the receipt of somebody's application, submitted or a draft."""
    body = person_body(nik=f"32010{2 + submit}1704900000", birth_date="1990-04-17", sex="MALE")
    person = await desk.made("/v1/participants", body)
    asked = {
        "participant_id": person["id"],
        "choices": [{"facility_id": str(facility)}],
        "submit": submit,
        "paper": {"reference": "BLKK-17", "sha256": "9f" * 32},
    }
    return await desk.made(f"/v1/waves/{wave['id']}/applications", asked)


class TestChangeWave:
    async def test_its_planned_classes_follow_at_once(self, desk, wave, planned, rows):
        gone, stays = planned
        await desk.post(f"/v1/classes/{gone['id']}/cancel", {"reason": "Balai batal"})
        closes = later(wave["closes_at"], days=2)
        until = later(wave["closes_at"], days=5)

        changed = await patch(
            desk, wave, {"closes_at": closes, "promote_until": until, "name": "Gelombang baru"}
        )

        assert changed.status_code == 200, changed.text
        assert (changed.json()["closes_at"], changed.headers["ETag"]) == (closes, '"2"')
        found = [(await desk.get(f"/v1/classes/{each['id']}")).json() for each in planned]
        assert [(each["closes_at"], each["promote_until"]) for each in found] == [
            (gone["closes_at"], None),
            (closes, until),
        ]
        assert found[1]["version"] == stays["version"] + 1
        topics = await rows(
            "SELECT topic, payload FROM enrollment.event WHERE topic IN"
            " ('enrollment.wave.changed', 'enrollment.class.changed') ORDER BY topic"
        )
        assert [each["topic"].split(".")[1] for each in topics] == ["class", "wave"]
        assert topics[1]["payload"]["classes"] == 1

    async def test_says_what_may_still_change(self, desk, wave):
        fixed = await patch(desk, wave, {"opens_at": later(wave["opens_at"], hours=1)})
        shorter = await patch(desk, wave, {"closes_at": later(wave["closes_at"], days=-1)})
        late = await patch(desk, wave, {"closes_at": later(wave["closes_at"], days=60)})

        assert (fixed.status_code, fixed.json()["code"]) == (409, "wave-member-fixed")
        assert fixed.json()["present"] == "OPEN"
        assert fixed.json()["allowed"] == ["name", "closes_at", "promote_until"]
        assert [(each.status_code, each.json()["code"]) for each in (shorter, late)] == [
            (422, "window-shortened"),
            (422, "window-order"),
        ]
        assert (await desk.get(f"/v1/waves/{wave['id']}")).json() == wave

    async def test_refuses_what_was_not_read_and_whose_it_is_not(self, desk, desk_of, wave):
        name = {"name": "Lain"}
        answers = [
            await patch(desk, wave, name, version=7),
            await patch(desk, wave, name, version=None),
            await patch(desk, wave, {"name": None}),
            await patch(desk, wave, {"starts_local": "2027-03-01T08:00:00"}),
            await patch(desk, {"id": new_id()}, name),
            await patch(desk_of(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"]), wave, name),
            await patch(desk_of(Role.REGIONAL_OFFICER, areas=["33"]), wave, name),
            await patch(desk, wave, {"name": wave["name"]}),
        ]

        assert [each.status_code for each in answers] == [412, 428, 422, 422, 404, 403, 403, 200]
        assert answers[-1].headers["ETag"] == '"1"'

    async def test_lists_those_that_are_open(self, desk, wave, enrollment, keys):
        after = sign_business_time(keys.private["cli"], utc_now() + timedelta(days=12))

        now = (await enrollment.get("/v1/waves", params={"open": "true"})).json()["items"]
        then = await enrollment.get(
            "/v1/waves", params={"open": "true"}, headers={"Balai-Business-Time": after}
        )

        assert [each["id"] for each in now] == [wave["id"]]
        assert then.json()["items"] == []


class TestCancelWave:
    async def test_calls_its_classes_off_one_by_one_for_its_reason(
        self, *, desk, wave, planned, areas, worker, fake_registry, rows
    ):
        someone = await desk.made("/v1/participants", person_body())
        seat = {"participant_id": someone["id"]}
        held = await desk.made(f"/v1/classes/{planned[0]['id']}/enrollments", seat)
        path = f"/v1/waves/{wave['id']}/cancel"

        called = await desk.post(path, {"reason": "Anggaran dialihkan"}, key="k1")
        again = await desk.post(path, {"reason": "Anggaran dialihkan"}, key="k1")
        refused = await desk.post(path, {"reason": "Sekali lagi"})
        late = await desk.post("/v1/classes", class_body(wave, fake_registry.add_facility()))
        other = await desk.made(
            "/v1/participants",
            person_body(nik="3201011704900000", birth_date="1990-04-17", sex="MALE"),
        )
        claim = await desk.post(
            f"/v1/classes/{planned[1]['id']}/enrollments", {"participant_id": other["id"]}
        )
        moved = await desk.post(
            f"/v1/classes/{planned[0]['id']}/enrollments/{held['id']}/transfer",
            {"class_id": planned[1]["id"]},
        )
        await worker()

        assert (called.status_code, called.json()["classes"]) == (202, 2)
        assert again.content == called.content
        assert [each.json()["code"] for each in (refused, late, moved)] == ["wave-cancelled"] * 3
        assert (claim.status_code, claim.json()["code"]) == (409, "window-closed")
        found = [(await desk.get(f"/v1/classes/{each['id']}")).json() for each in planned]
        assert [each["state"] for each in found] == ["CANCELLED", "CANCELLED"]
        (row,) = await rows("SELECT state, reason FROM enrollment.enrollment")
        assert (row["state"], row["reason"]) == ("CANCELLED", "Anggaran dialihkan")
        assert await rows("SELECT class_id FROM enrollment.program_claim") == []
        job = (await desk.get(f"/v1/jobs/{called.json()['job_id']}")).json()
        assert (job["status"], job["result"]) == (
            "SUCCEEDED",
            {"classes": 2, "applications": 0},
        )
        assert {each["state"] for each in fake_registry.reservations.values()} == {"RELEASED"}
        shown = (await desk.get(f"/v1/waves/{wave['id']}")).json()
        assert shown["cancel_reason"] == "Anggaran dialihkan"
        assert (await desk.get("/v1/waves", open="true")).json()["items"] == []

    async def test_closes_what_nothing_was_decided_of_and_tells_who_applied(
        self, *, desk, areas, worker, fake_registry, rows
    ):
        wave = await desk.wave(selection="LOTTERY")
        facility = fake_registry.add_facility()
        await desk.made("/v1/classes", class_body(wave, facility))
        receipts = [await apply(desk, wave, facility, submit=submit) for submit in (True, False)]

        called = await desk.post(f"/v1/waves/{wave['id']}/cancel", {"reason": "Anggaran dialihkan"})
        await worker()

        job = (await desk.get(f"/v1/jobs/{called.json()['job_id']}")).json()
        assert (job["status"], job["result"]) == ("SUCCEEDED", {"classes": 1, "applications": 2})
        kept = await rows("SELECT state, reasons FROM enrollment.application ORDER BY id")
        assert [(each["state"], each["reasons"]) for each in kept] == [
            ("WITHDRAWN", ["wave-cancelled"])
        ] * 2
        told = await rows(
            "SELECT participant_id::text, params FROM enrollment.notice"
            " WHERE kind = 'WAVE_CANCELLED' ORDER BY participant_id"
        )
        assert [each["participant_id"] for each in told] == sorted(
            each["participant_id"] for each in receipts
        )
        assert told[0]["params"] == {"wave": wave["name"]}
        events = await rows(
            "SELECT payload FROM enrollment.event"
            " WHERE topic = 'enrollment.application.withdrawn' ORDER BY id"
        )
        assert sorted(each["payload"]["before"] for each in events) == ["DRAFT", "SUBMITTED"]
        ask = {"code": receipts[0]["code"], "birth_date": "1990-04-17"}
        status = (await desk.post("/v1/application-status", ask)).json()["application"]
        assert status["state"] == "WITHDRAWN"
        assert status["reasons"] == [
            {"code": "wave-cancelled", "text": "Gelombang dibatalkan; permohonan ditutup."}
        ]

    async def test_refuses_once_a_class_has_opened(self, desk, desk_of, wave, planned, keys):
        at = sign_business_time(keys.private["cli"], utc_now() + timedelta(days=40))
        opened = await desk.post(
            f"/v1/classes/{planned[0]['id']}/opening",
            {"started_at": planned[0]["starts_at"], "present": []},
            **{"Balai-Business-Time": at},
        )
        path = f"/v1/waves/{wave['id']}/cancel"

        refused = await desk.post(path, {"reason": "Terlambat"})
        office = await desk_of(Role.REGIONAL_OFFICER, areas=["33"]).post(path, {"reason": "Tidak"})

        assert opened.status_code == 200, opened.text
        assert (refused.status_code, refused.json()["code"]) == (409, "wave-running")
        assert (refused.json()["present"], office.status_code) == (["OPENED"], 403)
