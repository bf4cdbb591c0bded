"""What a device hears of: the present state, what changed since, and what it is to forget."""

import gzip

from sqlalchemy import event, text

from services.enrollment.changes.queries import log_of_facilities
from services.enrollment.merged_facilities.operations import move_class
from services.enrollment.merged_facilities.tables import MergedFacility
from shared.ids import new_id
from shared.scope import Reach, Role, Scope
from tests.support.phones import Phone
from tests.support.planning import NAME, NIK
from tests.support.rolls import entry, run_class
from tests.support.seats import NOW, Applicant, Seats


async def all_of(phone: Phone, after: str | None = None, **more) -> tuple[list[dict], str]:
    """Return all that is told now, and the token of the next call."""
    items: list[dict] = []
    while True:
        answer = await phone.changes(after, **more)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        after = page["token"]
        if not page["more"]:
            return items, after


def kinds(items: list[dict]) -> list[str]:
    """Return what is told of, with why it is to be forgotten."""
    return sorted(f"{each['kind']} {each.get('removed', '')}".strip() for each in items)


async def place_of(seats: Seats, class_id) -> str:
    return str((await seats.class_row(class_id)).facility_id)


async def merge(seats: Seats, class_id, *, into) -> None:
    """Move a class to the facility that stays, as the job does."""
    here = (await seats.class_row(class_id)).facility_id
    stays = {
        "facility_id": str(into),
        "code": "BLK-9",
        "name": "BLKK Lain",
        "kind": "BLKK",
        "province_code": "34",
        "regency_code": "34.71",
        "latitude": None,
        "longitude": None,
        "owner_ministry": "MANPOWER",
    }
    async with seats.transaction() as session:
        session.add(MergedFacility(facility_id=here, stays=stays, spaces={}, merged_at=NOW))
        await session.flush()
        assert await move_class(session, class_id, now=NOW)


class TestListChanges:
    async def test_begins_with_the_present_state(self, seats, running, phone, head):
        await running.call(head, entry(running.ids[0], "LATE", minutes_late=5))
        await seats.class_()

        items, token = await all_of(phone)

        people = ["ENROLLMENT"] * 3
        assert kinds(items) == ["CLASS", *people, "OPENING", "SHEET", "TIMETABLE"]
        by_kind = {each["kind"]: each for each in items}
        assert by_kind["CLASS"]["id"] == str(running.class_id)
        assert by_kind["CLASS"]["data"]["state"] == "OPENED"
        assert len(by_kind["TIMETABLE"]["data"]["sessions"]) == 5
        assert by_kind["ENROLLMENT"]["data"]["name"] == "Si*** R."
        assert by_kind["SHEET"]["id"] == f"{running.class_id}:1"
        assert by_kind["SHEET"]["data"]["entries"] == [
            {"enrollment_id": running.ids[0], "status": "LATE", "minutes_late": 5}
        ]
        assert (await all_of(phone, token))[0] == []

    async def test_then_tells_what_has_changed(self, seats, running, phone, head, admin):
        _, token = await all_of(phone)
        await seats.class_(facility_id=await place_of(seats, running.class_id))
        await running.call(head, entry(running.ids[0]), position=2)
        ended = f"/v1/classes/{running.class_id}/enrollments/{running.ids[2]}/drop-out"
        await admin.post(ended)

        items, token = await all_of(phone, token)

        assert kinds(items) == ["ENROLLMENT", "SHEET"]
        (person,) = (each for each in items if each["kind"] == "ENROLLMENT")
        assert (person["id"], person["data"]["state"]) == (running.ids[2], "DROPPED_OUT")
        assert (await all_of(phone, token))[0] == []

    async def test_who_gives_a_seat_up_is_to_be_forgotten(self, running, phone, admin):
        _, token = await all_of(phone)
        path = f"/v1/classes/{running.class_id}/enrollments/{running.ids[1]}/cancel"
        assert (await admin.post(path)).status_code == 200

        items, _ = await all_of(phone, token)

        assert items == [{"kind": "ENROLLMENT", "id": running.ids[1], "removed": "deleted"}]

    async def test_a_class_that_moves_leaves_one_scope_and_enters_another(
        self, seats, running, phone, enrollment, auth
    ):
        there = new_id()
        other = Phone(
            Applicant(
                enrollment, auth(Role.INSTRUCTOR, facilities=[str(there)], subject="instruktur")
            )
        )
        stranger = Phone(
            Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["91"], subject="dinas"))
        )
        office = Phone(
            Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["33"], subject="jateng"))
        )
        tokens = {}
        for each in (other, stranger, office):
            await each.register()
            tokens[each.id] = (await all_of(each))[1]
        _, token = await all_of(phone)

        await merge(seats, running.class_id, into=there)

        gone = [{"kind": "CLASS", "id": str(running.class_id), "removed": "out_of_scope"}]
        assert (await all_of(phone, token))[0] == gone
        assert (await all_of(office, tokens[office.id]))[0] == gone
        assert (await all_of(stranger, tokens[stranger.id]))[0] == []
        came, _ = await all_of(other, tokens[other.id])
        assert {each["kind"] for each in came} == {
            "CLASS",
            "ENROLLMENT",
            "NOTICE",
            "OPENING",
            "TIMETABLE",
        }
        (news,) = (each["data"] for each in came if each["kind"] == "NOTICE")
        assert (news["class_id"], news["what"]) == (str(running.class_id), "relocated")

    async def test_what_an_assignment_no_longer_covers_is_to_be_forgotten(
        self, seats, admin, enrollment, auth
    ):
        one, two, three = new_id(), new_id(), new_id()
        first, second, third = [
            await run_class(seats, admin, facility_id=each) for each in (one, two, three)
        ]

        def head(*places) -> Applicant:
            grant = {"facilities": [str(each) for each in places], "subject": "kepala"}
            return Applicant(enrollment, auth(Role.FACILITY_OPERATOR, **grant))

        phone = Phone(head(one, two))
        await phone.register()
        _, token = await all_of(phone)
        await first.call(admin, entry(first.ids[0]))
        await second.call(admin, entry(second.ids[0]))

        phone.who = head(one, three)
        items, token = await all_of(phone, token)

        removed = [each for each in items if "removed" in each]
        assert removed == [
            {"kind": "FACILITY", "id": str(two), "removed": "out_of_scope"},
            {"kind": "CLASS", "id": str(second.class_id), "removed": "out_of_scope"},
        ]
        told = {each["id"] for each in items if each["kind"] == "CLASS" and "data" in each}
        assert told == {str(third.class_id)}
        assert [each["id"] for each in items if each["kind"] == "SHEET"] == [f"{first.class_id}:1"]
        assert (await all_of(phone, token))[0] == []
        phone.who = Applicant(enrollment, auth(Role.AUDITOR, subject="kepala"))
        nothing = (await phone.changes(token)).json()
        assert (nothing["items"], nothing["wipe"], "token" in nothing) == ([], True, False)

    async def test_a_revoked_device_is_told_to_delete_what_it_holds(self, running, phone, head):
        _, token = await all_of(phone)
        await head.post(f"/v1/devices/{phone.id}/revoke")

        page = (await phone.changes(token)).json()

        assert (page["items"], page["wipe"]) == ([], True)

    async def test_begins_again_when_what_changed_since_is_gone(
        self, running, phone, cluster, enrollment_db
    ):
        _, token = await all_of(phone)
        cluster.execute(
            enrollment_db.rpartition("/")[2],
            "ALTER TABLE enrollment.event ALTER COLUMN epoch SET DEFAULT 2",
        )

        gone = await phone.changes(token)
        fresh = await phone.changes()

        assert (gone.status_code, gone.json()["code"]) == (410, "changes-gone")
        assert (fresh.status_code, fresh.json()["start"]) == (200, True)

    async def test_a_token_is_of_one_device(self, running, phone, head, enrollment, auth):
        _, token = await all_of(phone)
        second = Phone(head)
        await second.register()
        other = Applicant(enrollment, auth(Role.INSTRUCTOR, facilities=[str(new_id())]))

        stolen = await second.changes(token)
        forged = await phone.changes(token[:-2] + "AA")
        elsewhose = await Phone(other, id=phone.id).changes()

        assert [each.json()["code"] for each in (stolen, forged, elsewhose)] == [
            "cursor-invalid",
            "cursor-invalid",
            "device-unknown",
        ]

    async def test_pages_tell_all_in_few_statements_and_bytes(self, seats, admin, enrollment, auth):
        place = new_id()
        names = [f"Siti Rahayu {each}" for each in range(16)]
        running = [
            await run_class(seats, admin, people=16, sessions=20, facility_id=place, names=names)
            for _ in range(3)
        ]
        caller = auth(Role.FACILITY_OPERATOR, facilities=[str(place)])
        phone = Phone(Applicant(enrollment, caller))
        await phone.register()
        await phone.changes()
        counted: list[str] = []
        engine = enrollment.state["sessions"].kw["bind"].sync_engine
        event.listen(engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

        whole = await phone.changes()
        statements = len(counted)
        paged, _ = await all_of(phone, limit=20)

        told = {(each["kind"], each["id"]) for each in whole.json()["items"]}
        assert statements <= 12, counted
        assert told == {(each["kind"], each["id"]) for each in paged}
        assert {each for kind, each in told if kind == "CLASS"} == {
            str(each.class_id) for each in running
        }
        assert len(gzip.compress(whole.content)) <= 15_000
        for secret in (NIK, NAME, "Siti"):
            assert secret not in whole.text

    async def test_reads_the_log_of_a_centre_by_index(self, seats, running):
        place = (await seats.class_row(running.class_id)).facility_id
        async with seats.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO enrollment.event (stream_id, id, topic, schema, version,"
                    " facility_id, occurred_at, actor, payload) SELECT gen_random_uuid(),"
                    " gen_random_uuid(), 'enrollment.class.changed', 1, 1, gen_random_uuid(),"
                    " now(), 'test', '{}' FROM generate_series(1, 20000)"
                )
            )
        async with seats.transaction() as session:
            statement = log_of_facilities(
                "0.0.00000000-0000-0000-0000-000000000000",
                scope=Scope((Reach(facilities=(place,)),)),
                limit=100,
            )
            connection = await session.connection()
            compiled = statement.compile(
                dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
            )
            values = [compiled.params[name] for name in compiled.positiontup]
            plan = await connection.exec_driver_sql(f"EXPLAIN {compiled}", tuple(values))
            lines = "\n".join(row[0] for row in plan)

        assert "ix_event_facility" in lines
        assert "ix_event_relocated" in lines
        assert "Seq Scan on event" not in lines
