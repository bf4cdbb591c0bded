"""The roll of each session, over HTTP."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import event

from services.enrollment.classes.tables import Meeting
from shared.ids import new_id
from shared.schemas.enrollment import AttendanceRecorded
from shared.scope import Role
from tests.support.rolls import entry, run_class
from tests.support.seats import NOW, Applicant


async def mixed(running, who: Applicant, **more):
    first, second, _ = running.ids
    return await running.call(who, entry(first), entry(second, "LATE", minutes_late=20), **more)


class TestRecordAttendance:
    async def test_takes_the_roll_of_a_session_in_one_request(self, running, head):
        answer = await mixed(running, head)

        sheet = answer.json()
        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        assert answer.headers["Location"].endswith(running.path())
        assert [sheet[each] for each in ("present", "late", "excused", "absent")] == [1, 1, 0, 0]
        read = await head.get(running.path())
        assert read.headers["ETag"] == '"1"'
        assert read.json() == {
            **sheet,
            "entries": [
                {**entry(running.ids[0]), "minutes_late": None, "note_code": None},
                {**entry(running.ids[1], "LATE"), "minutes_late": 20, "note_code": None},
            ],
        }

    async def test_tells_counts_and_nobody_by_name(self, running, head, seats):
        await mixed(running, head)

        last = (await seats.events(running.class_id))[-1]
        told = AttendanceRecorded.model_validate(last.payload)
        assert last.topic == "enrollment.attendance.recorded"
        assert (told.session, told.present, told.late, told.absent) == (1, 1, 1, 0)
        assert not any(each in json.dumps(last.payload) for each in running.ids)

    async def test_tells_what_a_correction_replaces_and_the_days_that_count(
        self, running, head, seats
    ):
        first, second, third = running.ids
        async with seats.transaction() as session:
            # The second session is on the first day, like its first.
            (earlier, later) = [
                await session.get(Meeting, (running.class_id, place)) for place in (1, 2)
            ]
            # Right behind it: by its end another day may have begun.
            later.starts_at = earlier.starts_at + timedelta(microseconds=1)
            later.ends_at = earlier.ends_at + timedelta(hours=1)
        late = entry(third, "LATE", minutes_late=500)
        await running.call(head, entry(first), entry(second, "ABSENT"))
        await running.call(head, entry(first), entry(second), late, position=2)
        absent = entry(first, "ABSENT")
        await running.call(head, absent, base='"1"', reason="Salah orang")
        await running.call(head, absent, position=2, base='"1"', reason="Salah orang")

        told = [
            AttendanceRecorded.model_validate(each.payload)
            for each in await seats.events(running.class_id)
            if each.topic == "enrollment.attendance.recorded"
        ]
        counts = [(each.session, each.present, each.absent, each.days) for each in told]
        # Two came to something on that day; in the end one did.
        assert counts == [(1, 1, 1, 1), (2, 2, 0, 1), (1, 0, 2, 1), (2, 1, 1, 0)]
        assert [each.replaced and each.replaced.days for each in told] == [None, None, 1, 1]
        assert told[2].replaced.present == 1

    async def test_believes_a_device_that_was_without_a_network(self, running, head):
        taken = (NOW - timedelta(days=3, hours=4)).isoformat().replace("+00:00", "Z")

        sheet = (await mixed(running, head, taken_at=taken, device_id="hp-1")).json()

        assert (sheet["taken_at"], sheet["device_id"]) == (taken, "hp-1")
        assert sheet["received_at"] > taken

    async def test_answers_the_same_under_the_same_key_and_refuses_a_second_roll(
        self, running, head, rows
    ):
        first = await mixed(running, head, key="k")

        same = await mixed(running, head, key="k")
        other = await mixed(running, head)

        assert same.content == first.content
        assert (other.status_code, other.json()["code"]) == (409, "attendance-taken")
        assert other.json()["version"] == 1
        assert len(await rows("SELECT * FROM enrollment.attendance_entry")) == 2

    async def test_takes_one_of_two_rolls_that_are_told_at_once(self, running, head, rows):
        first, second, _ = running.ids

        answers = await asyncio.gather(
            *(running.call(head, entry(each)) for each in (first, second))
        )

        assert sorted(each.status_code for each in answers) == [201, 409]
        (sheet,) = await rows("SELECT * FROM enrollment.attendance_sheet")
        assert (sheet["present"], sheet["version"]) == (1, 1)
        assert len(await rows("SELECT * FROM enrollment.attendance_entry")) == 1

    async def test_takes_a_large_class_in_a_few_statements(self, seats, admin):
        large = await run_class(seats, admin, people=40)
        counted = []
        engine = admin.client.state["sessions"].kw["bind"].sync_engine
        event.listen(engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

        answer = await large.call(admin, *(entry(each) for each in large.ids))

        assert answer.json()["present"] == 40
        assert len(counted) <= 15, counted

    async def test_corrects_whom_it_names_and_keeps_what_was_said(self, running, head):
        first, second, third = running.ids
        await mixed(running, head)

        answer = await running.call(
            head,
            entry(second, "EXCUSED", note_code="LETTER"),
            entry(third, "ABSENT"),
            base='"1"',
            reason="Surat menyusul",
        )

        sheet = answer.json()
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        assert [sheet[each] for each in ("present", "late", "excused", "absent")] == [1, 0, 1, 1]
        page = (await head.get(running.path() + "/corrections")).json()
        (kept,) = page["items"]
        assert (kept["version"], kept["reason"]) == (1, "Surat menyusul")
        assert [(each["enrollment_id"], each["status"]) for each in kept["replaced"]] == [
            (second, "LATE"),
            (third, None),
        ]
        assert first not in json.dumps(page)

    async def test_makes_no_version_of_what_was_said_already(self, running, head, seats):
        await mixed(running, head)
        before = len(await seats.events(running.class_id))

        again = await mixed(running, head, base='"1"')

        assert (again.status_code, again.json()["version"]) == (200, 1)
        assert len(await seats.events(running.class_id)) == before

    @pytest.mark.parametrize("base", ['"0"', '"2"', 'W/"1"'])
    async def test_refuses_a_correction_of_what_was_not_read(self, running, head, base):
        await mixed(running, head)

        answer = await mixed(running, head, base=base)

        assert (answer.status_code, answer.json()["code"]) == (412, "stale")

    async def test_refuses_a_correction_of_nothing(self, running, head):
        assert (await mixed(running, head, base="*")).status_code == 412

    async def test_names_who_does_not_belong_on_the_roll(self, seats, running, head, admin):
        first = running.ids[0]
        other = await run_class(seats, admin, people=1)

        answer = await running.call(
            head, entry(first), entry(first), entry(other.ids[0]), entry(str(new_id()))
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "roll-refused")
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("/entries/1", "listed-twice"),
            ("/entries/2", "enrollment-unknown"),
            ("/entries/3", "enrollment-unknown"),
        ]
        assert (await head.get(running.path())).status_code == 404

    async def test_keeps_a_seat_that_was_given_back_off_the_roll(self, running, head, admin):
        here, gone, left = running.ids
        path = f"/v1/classes/{running.class_id}/enrollments"
        for each, verb in ((gone, "cancel"), (left, "drop-out")):
            assert (await admin.post(f"{path}/{each}/{verb}")).status_code == 200

        answer = await running.call(head, entry(here), entry(gone), entry(left))

        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("/entries/1", "not-seated")
        ]

    async def test_lets_who_was_there_drop_out_and_not_cancel(self, running, head, admin):
        _, there, away = running.ids
        await running.call(head, entry(there), entry(away, "ABSENT"))
        path = f"/v1/classes/{running.class_id}/enrollments"

        stays = await admin.post(f"{path}/{there}/cancel")
        leaves = await admin.post(f"{path}/{away}/cancel")

        assert (stays.status_code, stays.json()["code"]) == (409, "has-attended")
        assert leaves.status_code == 200

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"status": "HADIR"}, "/entries/0/status"),
            ({"status": "PRESENT", "minutes_late": 5}, "/entries/0"),
            ({"status": "LATE", "minutes_late": 0}, "/entries/0/minutes_late"),
            ({"status": "PRESENT", "note_code": "SICK"}, "/entries/0/note_code"),
            ({"status": "PRESENT", "name": "Siti"}, "/entries/0/name"),
        ],
    )
    async def test_refuses_what_cannot_be_said(self, running, head, body, pointer):
        answer = await running.call(head, {"enrollment_id": running.ids[0], **body})

        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]

    @pytest.mark.parametrize(
        ("changes", "position", "status", "code"),
        [
            ({"taken_at": (NOW + timedelta(days=1)).isoformat()}, 1, 422, "taken-at-implausible"),
            ({"taken_at": (NOW - timedelta(days=4)).isoformat()}, 1, 422, "taken-at-implausible"),
            ({}, 5, 409, "session-not-started"),
            ({}, 6, 404, "session-unknown"),
        ],
    )
    async def test_judges_the_hour(self, running, head, changes, position, status, code):
        answer = await mixed(running, head, position=position, **changes)

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_wants_a_class_that_runs(self, seats, admin):
        planned = await run_class(seats, admin, opened=False)

        answer = await planned.call(admin, entry(planned.ids[0]))

        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "class-not-running")
        assert (problem["present"], problem["allowed"]) == ("PLANNED", ["OPENED"])

    async def test_is_locked_after_the_period_but_for_an_office_that_says_why(
        self, seats, admin, enrollment, auth
    ):
        old = await run_class(seats, admin, days_ago=8)
        place = (await seats.class_row(old.class_id)).facility_id
        head = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[str(place)]))
        office = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["33.73"]))
        elsewhere = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["91"]))

        locked = await mixed(old, head, reason="Terlambat")
        silent = await mixed(old, office)
        stranger = await mixed(old, elsewhere, reason="Terlambat")
        told = await mixed(old, office, reason="Jaringan putus seminggu")

        assert (locked.status_code, locked.json()["code"]) == (409, "attendance-locked")
        assert (silent.status_code, silent.json()["code"]) == (422, "reason-missing")
        assert (stranger.status_code, stranger.json()["code"]) == (403, "out-of-scope")
        assert told.status_code == 201

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
    async def test_is_for_who_runs_classes(self, running, enrollment, auth, role):
        answer = await mixed(running, Applicant(enrollment, auth(role)))

        assert answer.status_code == 403


class TestListAttendance:
    async def test_shows_persons_by_sessions_with_masked_names(self, running, head):
        await mixed(running, head)
        await running.call(head, entry(running.ids[0], "ABSENT"), position=2)
        path = f"/v1/classes/{running.class_id}/attendance"

        first = (await head.get(path, limit=2)).json()
        second = (await head.get(path, limit=2, after=first["next"].partition("after=")[2])).json()

        items = first["items"] + second["items"]
        assert [each["enrollment_id"] for each in items] == running.ids
        assert {each["name"] for each in items} == {"Si*** R."}
        assert [[mark["status"] for mark in each["marks"]] for each in items] == [
            ["PRESENT", "ABSENT"],
            ["LATE"],
            [],
        ]
        assert second["next"] is None

    async def test_shows_each_what_concerns_him(self, running, enrollment, auth, head, rows):
        await mixed(running, head)
        (own,) = await rows(
            "SELECT participant_id FROM enrollment.enrollment WHERE id = :id", id=running.ids[0]
        )
        path = f"/v1/classes/{running.class_id}/attendance"

        def caller(role: Role, **grant) -> Applicant:
            return Applicant(enrollment, auth(role, **grant))

        self_ = caller(Role.PARTICIPANT, participant_id=str(own["participant_id"]))
        away = caller(Role.REGIONAL_OFFICER, areas=["91"])
        seen = [(await each.get(path)).json()["items"] for each in (self_, away)]

        assert [[row["enrollment_id"] for row in each] for each in seen] == [running.ids[:1], []]
        for who in (self_, away):
            assert (await who.get(running.path())).status_code == 404
            assert (await who.get(running.path() + "/corrections")).status_code == 404
        assert (await caller(Role.ANALYST).get(path)).status_code == 403
        assert (await head.get(f"/v1/classes/{new_id()}/attendance")).status_code == 404


class TestListAttendanceSummaries:
    async def test_holds_everybody_against_the_programmes_rule(self, running, head):
        first, second, _ = running.ids
        for position, delay in enumerate((15, 16, 5), start=1):
            late = entry(second, "LATE", minutes_late=delay)
            await running.call(head, entry(first), late, position=position)
        await running.call(head, entry(first, "EXCUSED"), position=4)

        path = f"/v1/classes/{running.class_id}/attendance/summary"
        items = (await head.get(path)).json()["items"]

        names = ("counted", "attended", "share_percent", "passing", "days_attended", "unreported")
        assert [[each[name] for name in names] for each in items] == [
            [3, 3, 100.0, True, 3, 0],
            [3, 2, 66.6, False, 2, 1],
            [0, 0, None, None, 0, 4],
        ]
        assert len(items[0]["days"]) == 3
        assert {each["min_percent"] for each in items} == {80}
