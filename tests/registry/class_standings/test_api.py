"""How planned classes stand at this moment."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from shared.ids import new_id
from shared.scope import Role

MONDAY = datetime(2077, 2, 8, 1, tzinfo=UTC)  # 08:00 WIB


@pytest.fixture
async def reserved(world) -> dict:
    """Return a class with its space and its instructor, as enrollment asks after it."""
    facility = await world.facility()
    body = {
        "facility_id": facility["id"],
        "space_id": (await world.space(facility["id"], capacity=20))["id"],
        "agreement_id": (
            await world.agreement(facility_ids=[facility["id"]], valid_to="2077-12-31")
        )["id"],
        "module_id": (await world.module(hours=20))["id"],
        "instructor_ids": [(await world.instructor(facility["id"]))["id"]],
        "starts_on": "2077-02-08",
        "starts_at": MONDAY.isoformat(),
        "ministry": "MANPOWER",
        "people": 16,
    }
    class_id = str(new_id())
    given = await world.registry.put(
        f"/v1/class-reservations/{class_id}", json=body, headers=world.auth(Role.SERVICE)
    )
    assert given.status_code == 200, given.text
    names = ("facility_id", "agreement_id", "module_id")
    return {
        "class_id": class_id,
        **{name: body[name] for name in names},
        "booking_id": given.json()["booking_id"],
        "first_day": "2077-02-08",
        "last_day": "2077-02-10",
    }


@pytest.fixture
def tell(world):
    async def ask(*classes: dict, role: Role = Role.SERVICE):
        return await world.registry.post(
            "/v1/class-standings", json={"classes": list(classes)}, headers=world.auth(role)
        )

    return ask


class TestTellClassStandings:
    async def test_tells_of_each_what_it_holds_in_the_order_asked_for(self, world, reserved, tell):
        stranger = {**reserved, "class_id": str(new_id()), "agreement_id": str(new_id())}
        held = (await tell(stranger, reserved)).json()["items"]
        await world.post(
            f"/class-reservations/{reserved['class_id']}/confirm",
            {"booking_id": reserved["booking_id"]},
            by=world.auth(Role.SERVICE),
        )
        (kept,) = (await tell(reserved)).json()["items"]

        assert [each["class_id"] for each in held] == [stranger["class_id"], reserved["class_id"]]
        assert held[0] == {
            "class_id": stranger["class_id"],
            "facility_active": True,
            "space": None,
            "agreement": False,
            "module_version": kept["module_version"],
            "instructors": 0,
        }
        assert (held[1]["space"], held[1]["instructors"]) == ("HELD", 1)
        assert (kept["space"], kept["agreement"], kept["instructors"]) == ("CONFIRMED", True, 1)

    async def test_an_agreement_holds_on_all_days_or_not(self, world, reserved, tell):
        longer = {**reserved, "last_day": "2078-01-01"}
        await world.post(
            f"/class-reservations/{reserved['class_id']}/release",
            {"booking_id": reserved["booking_id"]},
            by=world.auth(Role.SERVICE),
        )
        ended = await world.post(
            f"/agreements/{reserved['agreement_id']}/terminate",
            {"day": "2077-02-10", "reason": "Program berakhir lebih awal."},
        )
        shorter = {**reserved, "last_day": "2077-02-09"}

        items = (await tell(longer, reserved, shorter)).json()["items"]

        assert ended.status_code == 200, ended.text
        assert [each["agreement"] for each in items] == [False, False, True]

    async def test_another_booking_or_a_closed_facility_is_not_the_class_s(
        self, world, reserved, tell
    ):
        other = {**reserved, "booking_id": str(new_id())}
        nowhere = {**reserved, "facility_id": str(new_id())}

        items = (await tell(other, nowhere)).json()["items"]

        assert [each["space"] for each in items] == [None, "HELD"]
        assert [each["facility_active"] for each in items] == [True, False]

    async def test_asks_the_database_once_for_a_thousand(self, world, reserved, tell):
        seen = []
        engine = world.registry.state["sessions"].kw["bind"].sync_engine

        def note(_connection, _cursor, statement, *_) -> None:
            if "jsonb_to_recordset" in statement:
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        many = [{**reserved, "class_id": str(new_id())} for _ in range(1000)]
        answer = await tell(*many)
        event.remove(engine, "before_cursor_execute", note)

        assert (answer.status_code, len(answer.json()["items"]), len(seen)) == (200, 1000, 1)
        assert (await tell(*many, reserved)).status_code == 422

    async def test_is_for_services(self, reserved, tell):
        assert (await tell(reserved, role=Role.NATIONAL_ADMIN)).status_code == 403
