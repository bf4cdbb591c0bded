from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from services.enrollment.classes.jobs import settle_left_over
from services.enrollment.classes.tables import Class
from services.enrollment.worker import create_worker
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.planning import class_body, person_body


@pytest.fixture
async def wave(desk) -> dict:
    return await desk.wave()


@pytest.fixture
async def planned(desk, wave, fake_registry, worker, areas) -> dict:
    """A class of two seats and two places in line, whose space is confirmed."""
    facility = fake_registry.add_facility()
    made = await desk.made(
        "/v1/classes", class_body(wave, facility, capacity=2, reserve_capacity=2)
    )
    await worker()
    return (await desk.get(f"/v1/classes/{made['id']}")).json()


@pytest.fixture
def join(desk):
    """Return the function that lets somebody claim a seat; it returns the enrollment's id."""

    async def claim(class_id: str, day: int, *, person_id: str | None = None) -> tuple[str, str]:
        if person_id is None:
            body = person_body(nik=f"337301{day + 40}04850000", birth_date=f"1985-04-{day}")
            person_id = (await desk.made("/v1/participants", body))["id"]
        seat = {"participant_id": person_id}
        made = await desk.made(f"/v1/classes/{class_id}/enrollments", seat)
        return made["id"], person_id

    return claim


@pytest.fixture
def change(desk):
    """Return the function that asks for a change; with a version it commits it."""

    async def ask(class_: dict, body: dict, *, version: int | None = None, by=None, **more):
        mode = "validate" if version is None else "commit"
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await (by or desk).post(
            f"/v1/classes/{class_['id']}/changes?mode={mode}", body, **headers, **more
        )

    return ask


def sessions(class_: dict, *days: int, hours: int = 8) -> list[dict]:
    starts = datetime.fromisoformat(class_["starts_at"])
    return [
        {
            "starts_at": (starts + timedelta(days=day)).isoformat(),
            "ends_at": (starts + timedelta(days=day, hours=hours)).isoformat(),
        }
        for day in days
    ]


class TestForeseeChange:
    async def test_tells_all_that_would_follow_and_changes_nothing(
        self, desk, planned, join, change, rows, fake_registry
    ):
        seats = [(await join(planned["id"], day))[0] for day in (11, 12, 13)]
        before = await rows("SELECT count(*) AS events FROM enrollment.event")
        held = dict(fake_registry.reservations)
        body = {
            "capacity": 3,
            "space_id": str(new_id()),
            "sessions": sessions(planned, 0, 3, 4),
        }

        told = await change(planned, body)

        assert told.status_code == 200, told.text
        seen = told.json()
        assert (seen["possible"], seen["refusals"], seen["sessions"]) == (True, [], 3)
        assert (seen["capacity"], seen["space_id"]) == (3, body["space_id"])
        assert sorted(each["of"] for each in seen["told"]) == ["MOVED", "MOVED", "PROMOTED"]
        assert seen["promoted"] == [seats[2]]
        assert seen["version"] == planned["version"]
        assert told.headers["ETag"] == f'"{planned["version"]}"'
        after = (await desk.get(f"/v1/classes/{planned['id']}")).json()
        assert {**after, "taken": 0, "waiting": 0} == {**planned, "taken": 0, "waiting": 0}
        assert await rows("SELECT count(*) AS events FROM enrollment.event") == before
        assert fake_registry.reservations == held

    async def test_names_who_would_not_fit_and_what_stands_against_it(
        self, planned, join, change, desk, wave, fake_registry
    ):
        first, second = [(await join(planned["id"], day))[0] for day in (11, 12)]
        other = class_body(wave, fake_registry.add_facility())
        await desk.made("/v1/classes", other)

        smaller = (await change(planned, {"capacity": 1})).json()
        taken = (await change(planned, {"space_id": other["space_id"]})).json()
        shifted = (await change(planned, {"sessions": sessions(planned, 1, 2)})).json()

        assert [each["code"] for each in smaller["refusals"]] == ["capacity-below-taken"]
        assert smaller["seats_lost"] == [second]
        assert not smaller["possible"]
        assert [each["code"] for each in taken["refusals"]] == ["space-taken"]
        assert {each["enrollment_id"] for each in taken["told"]} == {first, second}
        assert [each["code"] for each in shifted["refusals"]] == ["wave-start-fixed"]
        assert shifted["refusals"][0]["pointer"] == "/sessions/0/starts_at"

    async def test_tells_whose_other_classes_meet_at_these_hours(
        self, desk, planned, join, change, fake_registry
    ):
        wave = await desk.wave(
            starts_local=None,
            start_rule="SAME_INSTANT",
            starts_at=(
                datetime.fromisoformat(planned["starts_at"]) + timedelta(days=3)
            ).isoformat(),
        )
        starts_on = wave["starts_at"][:10]
        elsewhere = class_body({**wave, "starts_local": starts_on}, fake_registry.add_facility())
        other = await desk.made("/v1/classes", elsewhere)
        mine, person = await join(planned["id"], 11)
        await join(other["id"], 11, person_id=person)

        apart = (await change(planned, {"sessions": sessions(planned, 0, 2)})).json()
        clash = (await change(planned, {"sessions": sessions(planned, 0, 3)})).json()

        assert apart["clashes"] == []
        assert [(each["enrollment_id"], each["other_class_id"]) for each in clash["clashes"]] == [
            (mine, other["id"])
        ]

    async def test_calling_off_tells_everybody(self, planned, join, change):
        ids = [(await join(planned["id"], day))[0] for day in (11, 12, 13)]

        seen = (await change(planned, {"cancel": "Balai batal"})).json()

        assert (seen["state"], sorted(seen["cancelled"])) == ("CANCELLED", sorted(ids))
        assert {each["of"] for each in seen["told"]} == {"CANCELLED"}


class TestCommitChange:
    async def test_moves_the_class_and_everything_with_it(
        self, *, desk, planned, join, change, rows, worker, fake_registry, enrollment
    ):
        await join(planned["id"], 11)
        room = str(new_id())
        body = {"space_id": room, "sessions": sessions(planned, 0, 3, 5), "capacity": 3}
        version = planned["version"]

        done = await change(planned, body, version=version, key="k1")
        again = await change(planned, body, version=version, key="k1")
        await worker()

        assert done.status_code == 200, done.text
        assert again.content == done.content
        after = (await desk.get(f"/v1/classes/{planned['id']}")).json()
        assert (after["space_id"], after["capacity"], after["state"]) == (room, 3, "PLANNED")
        assert after["starts_at"] == planned["starts_at"]
        assert datetime.fromisoformat(after["ends_at"]) == datetime.fromisoformat(
            body["sessions"][-1]["ends_at"]
        )
        assert after["reserved_at"] is not None
        assert done.headers["ETag"] == f'"{after["version"]}"'
        held = fake_registry.reservations[planned["id"]]
        assert (held["state"], str(held["body"].space_id), held["body"].people) == (
            "CONFIRMED",
            room,
            3,
        )
        table = (await enrollment.get(f"/v1/classes/{planned['id']}/timetable")).json()
        assert [each["position"] for each in table["sessions"]] == [1, 2, 3]
        assert [each["begins"] for each in table["sessions"]] == ["08:00"] * 3
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.class.rescheduled'"
        )
        assert (event["payload"]["left_space_id"], event["payload"]["sessions"]) == (
            planned["space_id"],
            3,
        )

    async def test_who_has_a_seat_is_told_of_another_room(
        self, *, planned, join, change, rows, enrollment_db, settings_of, fake_registry
    ):
        seat, _ = await join(planned["id"], 11)
        settings = settings_of("enrollment", enrollment_db, redis_url=None, notices="log")
        worker = create_worker(settings, registry_transport=fake_registry)
        await worker.drain()
        room = {"space_id": str(new_id())}

        await change(planned, room, version=planned["version"])
        await create_worker(settings, registry_transport=fake_registry).drain()

        told = await rows(
            "SELECT enrollment_id, params FROM enrollment.notice WHERE kind = 'CLASS_MOVED'"
        )
        assert [str(each["enrollment_id"]) for each in told] == [seat]

    async def test_needs_the_version_that_was_told(self, planned, change, desk, fake_registry):
        asked = len(fake_registry.requests)
        path = f"/v1/classes/{planned['id']}/changes?mode=commit"

        missing = await desk.post(path, {"capacity": 5})
        stale = await change(planned, {"capacity": 5}, version=99)
        same = await change(planned, {"capacity": 2}, version=planned["version"])

        assert [(each.status_code, each.json()["code"]) for each in (missing, stale, same)] == [
            (428, "precondition-required"),
            (412, "stale"),
            (422, "nothing-changes"),
        ]
        assert len(fake_registry.requests) == asked

    async def test_the_class_keeps_what_it_had_when_the_registry_refuses(
        self, *, desk, planned, change, wave, fake_registry, worker
    ):
        other = class_body(wave, fake_registry.add_facility())
        await desk.made("/v1/classes", other)
        had = fake_registry.reservations[planned["id"]]

        refused = await change(planned, {"space_id": other["space_id"]}, version=planned["version"])
        between = (await desk.get(f"/v1/classes/{planned['id']}")).json()
        await worker()
        after = (await desk.get(f"/v1/classes/{planned['id']}")).json()

        assert (refused.status_code, refused.json()["code"]) == (409, "space-taken")
        assert between["reserved_at"] is None
        assert {**after, "reserved_at": None} == {**planned, "reserved_at": None}
        assert after["reserved_at"] is not None
        assert fake_registry.reservations[planned["id"]] == had

    async def test_gets_back_what_it_had_when_the_change_does_not_come_about(
        self, *, planned, change, rows, worker, fake_registry, db, desk
    ):
        async def somebody_is_faster() -> None:
            fake_registry.after_reserving = None
            async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
                await session.execute(
                    update(Class)
                    .where(Class.id == UUID(planned["id"]))
                    .values(label="Lain", version=Class.version + 1)
                )

        fake_registry.after_reserving = somebody_is_faster
        room = str(new_id())
        stale = await change(planned, {"space_id": room}, version=planned["version"])
        moved = fake_registry.reservations[planned["id"]]["body"]
        await worker()

        assert (stale.status_code, str(moved.space_id)) == (412, room)
        held = fake_registry.reservations[planned["id"]]
        assert (str(held["body"].space_id), held["state"]) == (planned["space_id"], "CONFIRMED")
        after = (await desk.get(f"/v1/classes/{planned['id']}")).json()
        assert (after["space_id"], after["reserved_at"] is None) == (planned["space_id"], False)

    async def test_gets_it_back_even_when_nobody_was_left_to_say_so(
        self, *, planned, change, fake_registry, enrollment_db, settings_of, desk
    ):
        async def die() -> None:
            fake_registry.after_reserving = None
            raise RuntimeError("enrollment ends here")

        fake_registry.after_reserving = die
        died = await change(planned, {"space_id": str(new_id())}, version=planned["version"])
        settings = settings_of("enrollment", enrollment_db, redis_url=None)
        worker = create_worker(settings, registry_transport=fake_registry)
        async with worker.context() as context:
            await settle_left_over(context)

        held = fake_registry.reservations[planned["id"]]
        assert died.status_code == 500
        assert (str(held["body"].space_id), held["state"]) == (planned["space_id"], "CONFIRMED")
        assert (await desk.get(f"/v1/classes/{planned['id']}")).json()["reserved_at"] is not None

    async def test_refuses_fewer_seats_than_are_taken_before_the_registry_is_asked(
        self, planned, join, change, fake_registry
    ):
        for day in (11, 12):
            await join(planned["id"], day)
        asked = len(fake_registry.requests)

        refused = await change(planned, {"capacity": 1}, version=planned["version"])

        assert (refused.status_code, refused.json()["code"]) == (409, "capacity-below-taken")
        assert len(refused.json()["enrollment_ids"]) == 2
        assert len(fake_registry.requests) == asked

    async def test_is_for_offices_of_the_place(self, planned, change, desk_of, desk):
        here = desk_of(Role.REGIONAL_OFFICER, areas=["33"])
        away = desk_of(Role.REGIONAL_OFFICER, areas=["31"])
        head = desk_of(Role.FACILITY_OPERATOR, facilities=[UUID(planned["facility_id"])])
        body = {"reserve_capacity": 1}

        answers = [
            await change(planned, body, by=here),
            await change(planned, body, by=away),
            await change(planned, body, by=away, version=planned["version"]),
            await change(planned, body, by=head),
            await change({"id": new_id()}, body),
            await change(planned, {}),
            await change(planned, {"cancel": "Batal", "capacity": 3}),
        ]

        assert [each.status_code for each in answers] == [200, 403, 403, 403, 404, 422, 422]
        assert (await desk.get(f"/v1/classes/{planned['id']}")).json() == planned

    async def test_refuses_once_the_class_was_called_off(self, planned, change, fake_registry):
        version = planned["version"]
        called = await change(planned, {"cancel": "Balai batal"}, version=version)
        refused = await change(planned, {"capacity": 3}, version=version + 1)

        assert (called.status_code, called.json()["state"]) == (200, "CANCELLED")
        assert (refused.status_code, refused.json()["code"]) == (409, "class-not-planned")
