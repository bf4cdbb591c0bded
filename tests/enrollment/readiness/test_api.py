from uuid import UUID

import pytest
from sqlalchemy import event

from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import class_body, person_body


@pytest.fixture
async def wave(desk) -> dict:
    return await desk.wave()


@pytest.fixture
async def classes(desk, wave, fake_registry, areas) -> list[dict]:
    """Two planned classes in two provinces, of two seats each."""
    made = []
    for province, regency in (("33", "33.73"), ("91", "91.03")):
        facility = fake_registry.add_facility(province_code=province, regency_code=regency)
        body = class_body(wave, facility, capacity=2, reserve_capacity=0)
        made.append(await desk.made("/v1/classes", body))
    return made


def lacks(row: dict) -> list[str]:
    return [each["code"] for each in row["criteria"] if not each["met"]]


class TestWaveReadiness:
    async def test_follows_what_happens_until_all_is_ready(
        self, *, desk, wave, classes, worker, auth, enrollment, fake_registry
    ):
        path = f"/v1/waves/{wave['id']}/readiness"
        first = (await desk.get(f"{path}/classes")).json()["items"]
        assert [lacks(each) for each in first] == [
            ["space-not-confirmed", "seats-below-minimum", "operator-never-seen"]
        ] * 2
        before = (await desk.get(path)).json()
        assert (before["classes"], before["ready"], before["percent"]) == (2, 0, 0.0)

        await worker()
        here = classes[0]
        for day in (11, 12):
            person = person_body(nik=f"337301{day + 40}04850000", birth_date=f"1985-04-{day}")
            someone = await desk.made("/v1/participants", person)
            seat = {"participant_id": someone["id"]}
            await desk.made(f"/v1/classes/{here['id']}/enrollments", seat)
        head = auth(Role.FACILITY_OPERATOR, facilities=[UUID(here["facility_id"])])
        await enrollment.get("/v1/me", headers=head)

        after = (await desk.get(path)).json()
        assert (after["ready"], after["percent"], after["met"]["SPACE"]) == (1, 50.0, 2)
        assert [(each["province_code"], each["ready"]) for each in after["provinces"]] == [
            ("33", 1),
            ("91", 0),
        ]
        fake_registry.ended_agreements.add(UUID(here["agreement_id"]))
        (row,) = (await desk.get(f"{path}/classes", province="33")).json()["items"]
        assert (row["ready"], lacks(row)) == (False, ["agreement-not-in-force"])
        assert row["criteria"][0]["detail"].startswith("Perjanjian")

    async def test_is_paged_by_codes_and_seen_within_scope(
        self, desk, desk_of, wave, classes, enrollment
    ):
        path = f"/v1/waves/{wave['id']}/readiness"

        page = (await desk.get(f"{path}/classes", limit=1)).json()
        following = await enrollment.get(page["next"], headers=desk.caller)
        office = desk_of(Role.REGIONAL_OFFICER, areas=["91"])
        theirs = (await office.get(path)).json()

        codes = [each["code"] for each in classes]
        assert [page["items"][0]["code"], following.json()["items"][0]["code"]] == codes
        assert following.json()["next"] is None
        assert (theirs["classes"], [each["province_code"] for each in theirs["provinces"]]) == (
            1,
            ["91"],
        )

    async def test_asks_both_sides_once_however_many_there_are(
        self, desk, wave, classes, enrollment, fake_registry
    ):
        seen = []
        engine = enrollment.state["sessions"].kw["bind"].sync_engine

        def note(_connection, _cursor, statement, *_) -> None:
            if "FROM enrollment.class" in statement:
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        await desk.get(f"/v1/waves/{wave['id']}/readiness")
        event.remove(engine, "before_cursor_execute", note)

        assert len(seen) == 1
        assert len(fake_registry.asked("class-standings")) == 1

    async def test_leaves_out_what_was_called_off(self, desk, wave, classes):
        await desk.post(f"/v1/classes/{classes[0]['id']}/cancel", {"reason": "Balai batal"})

        assert (await desk.get(f"/v1/waves/{wave['id']}/readiness")).json()["classes"] == 1

    async def test_refuses_what_cannot_be_asked(self, desk, desk_of, wave, classes, fake_registry):
        path = f"/v1/waves/{wave['id']}/readiness"
        refusals = [
            await desk.get(f"/v1/waves/{new_id()}/readiness"),
            await desk.get(path, min_seats_percent=101),
            await desk.get(path, colour="red"),
            await desk_of(Role.ANALYST).get(path),
        ]
        fake_registry.away = True
        away = await desk.get(path)

        assert [each.status_code for each in refusals] == [404, 422, 400, 403]
        assert (away.status_code, away.json()["code"]) == (503, "registry-unavailable")
