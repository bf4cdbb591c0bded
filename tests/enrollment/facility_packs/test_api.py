"""What the head of a centre takes along on a phone."""

import gzip
import random
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select

from services.enrollment.classes.tables import Meeting
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.merged_facilities.tables import MergedFacility
from services.enrollment.sheets.tables import Sheet, SheetEntry
from shared.ids import new_id
from shared.scope import Role
from tests.support.rolls import entry, run_class
from tests.support.seats import NOW, Applicant, Seats

MOST_BYTES = 50 * 1024
FIRST = ("Siti", "Suharto", "Wayan", "Maria", "Yohanes", "Nurhayati", "Fransiskus", "Dewi")
LAST = ("Rahayu", "Ningsih", "Tarigan", "Simatupang", "Wijaya", "Lestari", "Rumbiak", "Putra")


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    made = Seats(sessions_of(enrollment_db))
    await made.program()
    return made


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def caller(enrollment, auth):
    def make(role: Role, **grant) -> Applicant:
        return Applicant(enrollment, auth(role, **grant))

    return make


def path_of(facility_id: object) -> str:
    return f"/v1/me/facilities/{facility_id}/pack"


class TestGetFacilityPack:
    async def test_holds_what_runs_or_starts_soon(self, seats, admin, caller):
        place = new_id()
        running = await run_class(seats, admin, facility_id=place)
        soon = await seats.class_(facility_id=place, starts_at=NOW + timedelta(days=50))
        await seats.class_(facility_id=place, starts_at=NOW + timedelta(days=70))
        await seats.class_(facility_id=place, starts_at=NOW - timedelta(days=40))
        await seats.class_(starts_at=NOW + timedelta(days=1))
        head = caller(Role.FACILITY_OPERATOR, facilities=[str(place)])
        await running.call(head, entry(running.ids[0], "LATE", minutes_late=5))

        answer = await head.get(path_of(place))

        pack = answer.json()
        assert [each["id"] for each in pack["classes"]] == [str(running.class_id), str(soon)]
        here = pack["classes"][0]
        assert (here["state"], here["attendance_lock_days"], pack["complete"]) == (
            "OPENED",
            7,
            True,
        )
        assert [each.get("version") for each in here["sessions"]] == [1, None, None, None, None]
        assert [each["name"] for each in here["people"]] == ["Si*** R."] * 3
        assert (here["version"], [each["version"] for each in here["people"]]) == (2, [2, 1, 1])
        assert here["people"][0]["marks"] == [{"position": 1, "status": "LATE", "minutes_late": 5}]
        assert "Siti Rahayu" not in answer.text
        narrow = (await head.get(path_of(place), days=10)).json()
        assert len(narrow["classes"]) == 1

    async def test_of_a_merged_facility_is_that_of_the_one_that_stayed(self, seats, admin, caller):
        gone, stayed = new_id(), new_id()
        running = await run_class(seats, admin, facility_id=stayed)
        async with seats.transaction() as session:
            stays = {"facility_id": str(stayed)}
            session.add(MergedFacility(facility_id=gone, stays=stays, spaces={}, merged_at=NOW))
        head = caller(Role.FACILITY_OPERATOR, facilities=[str(stayed)])

        pack = (await head.get(path_of(gone))).json()

        assert pack["facility_id"] == str(stayed)
        assert [each["id"] for each in pack["classes"]] == [str(running.class_id)]
        stranger = caller(Role.FACILITY_OPERATOR, facilities=[str(new_id())])
        assert (await stranger.get(path_of(gone))).status_code == 404

    async def test_is_not_sent_again_when_it_is_the_same(self, seats, admin):
        running = await run_class(seats, admin)
        path = path_of((await seats.class_row(running.class_id)).facility_id)
        first = await admin.get(path)

        async def again():
            headers = {**admin.headers, "If-None-Match": first.headers["ETag"]}
            return await admin.client.get(path, headers=headers)

        same = await again()
        await running.call(admin, entry(running.ids[0]))
        other = await again()

        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["ETag"] == first.headers["ETag"]
        assert other.status_code == 200
        assert other.headers["ETag"] != first.headers["ETag"]

    async def test_fits_a_bad_network_and_takes_few_statements(self, seats, admin, caller):
        place = new_id()
        await _busy_centre(seats, admin, place)
        head = caller(Role.FACILITY_OPERATOR, facilities=[str(place)])
        counted = []
        engine = admin.client.state["sessions"].kw["bind"].sync_engine
        event.listen(engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

        plain = await _raw(head, path_of(place), "identity")
        statements = len(counted)
        packed = await _raw(head, path_of(place), "gzip")

        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert len(gzip.compress(plain.content)) <= MOST_BYTES
        classes = packed.json()["classes"]
        assert [(len(each["people"]), len(each["sessions"])) for each in classes] == [(16, 30)] * 4
        assert sum(len(p["marks"]) for each in classes for p in each["people"]) == 4 * 16 * 30
        assert statements <= 8, counted

    async def test_is_for_who_runs_the_classes(self, seats, admin, caller):
        running = await run_class(seats, admin)
        place = (await seats.class_row(running.class_id)).facility_id
        expected = [
            (caller(Role.INSTRUCTOR, facilities=[str(place)]), 200),
            (caller(Role.REGIONAL_OFFICER, areas=["33.73"]), 200),
            (caller(Role.REGIONAL_OFFICER, areas=["91"]), 404),
            (caller(Role.FACILITY_OPERATOR, facilities=[str(new_id())]), 404),
            (caller(Role.AUDITOR), 403),
        ]

        for who, status in expected:
            assert (await who.get(path_of(place))).status_code == status, who
        unknown = await admin.get(path_of(new_id()))
        assert (unknown.status_code, unknown.json()["code"]) == (404, "facility-unknown")
        empty = new_id()
        own = await caller(Role.FACILITY_OPERATOR, facilities=[str(empty)]).get(path_of(empty))
        assert own.json() == {"facility_id": str(empty), "classes": [], "complete": True}


async def _raw(who: Applicant, path: str, encoding: str):
    return await who.client.get(path, headers={**who.headers, "Accept-Encoding": encoding})


async def _busy_centre(seats: Seats, admin: Applicant, place) -> None:
    """Four classes of 16 with 30 sessions, in which everything has been said of everybody."""
    chosen = random.Random(7)
    names = [f"{chosen.choice(FIRST)} {chosen.choice(LAST)} {each}" for each in LAST * 2]
    for _ in range(4):
        running = await run_class(
            seats, admin, people=16, sessions=30, days_ago=40, facility_id=place, names=names
        )
        await _say_everything(seats, running.class_id, chosen)


async def _say_everything(seats: Seats, class_id, chosen: random.Random) -> None:
    async with seats.transaction() as session:
        people = (
            await session.scalars(select(Enrollment.id).where(Enrollment.class_id == class_id))
        ).all()
        meetings = (
            await session.scalars(select(Meeting).where(Meeting.class_id == class_id))
        ).all()
        told = {"recorded_by": "x", "present": 0, "late": 0, "excused": 0, "absent": 0}
        sheets = [
            {
                **told,
                "class_id": class_id,
                "position": each.position,
                "taken_at": each.starts_at + timedelta(seconds=chosen.randrange(3000)),
                "received_at": each.ends_at,
                "version": chosen.randrange(1, 4),
            }
            for each in meetings
        ]
        await session.execute(insert(Sheet), sheets)
        said = [("PRESENT", None, None)] * 7 + [
            ("LATE", 12, None),
            ("EXCUSED", None, "LETTER"),
            ("ABSENT", None, None),
        ]
        entries = [
            dict(
                zip(("status", "minutes_late", "note_code"), chosen.choice(said), strict=True),
                class_id=class_id,
                position=each.position,
                enrollment_id=person,
            )
            for each in meetings
            for person in people
        ]
        await session.execute(insert(SheetEntry), entries)
