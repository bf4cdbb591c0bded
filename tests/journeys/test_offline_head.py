"""The head of a community centre, offline for a day.

In the morning the phone takes the pack along and switches to airplane mode. In the evening it
tells the day over a line that loses the first answer after the commit, and then tells all of it
twice more, over two connections at once. The bytes of the day are counted, request and answer
bodies alike, with what is fetched gzipped.
"""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import httpx
import pytest

from services.enrollment.areas.operations import finish_level, keep_areas
from services.enrollment.classes.tables import Meeting
from shared.clock import utc_now
from shared.ids import new_id
from shared.schemas.registry import AreaLevel
from shared.scope import Role
from tests.support.phones import Phone
from tests.support.planning import person_body
from tests.support.registry import AREAS, area
from tests.support.rolls import entry, run_class
from tests.support.seats import NOW, Applicant, Seats

PEOPLE = 16
# Counted: 2.1 KB to take along, 5.7 KB to tell the day, the same again each time that it is told
# anew, and 22 KB in all, the lost answer and the conflict included.
MOST_TAKEN, MOST_TOLD, MOST_IN_ALL = 3_000, 7_000, 25_000


class BadLine(httpx.AsyncBaseTransport):
    """A way to the service that counts bytes, and loses answers after the service has answered."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.losing = 0
        self.airplane = False
        self.bytes = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.airplane:
            raise httpx.ConnectError("no network", request=request)
        sent = len(await request.aread())
        answer = await self.inner.handle_async_request(request)
        content = b"".join([each async for each in answer.aiter_raw()])
        self.bytes += sent + len(content)
        if self.losing:
            self.losing -= 1
            raise httpx.ReadError("the answer was lost", request=request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    """A programme and the areas, as enrollment has copied them."""
    made = Seats(sessions_of(enrollment_db))
    await made.program()
    copied = [area(*each) for each in AREAS]
    async with made.transaction() as session:
        await keep_areas(session, areas=copied)
        for level in AreaLevel:
            codes = {each.code for each in copied if each.level is level}
            await finish_level(session, level=level, codes=codes, now=utc_now())
    return made


@pytest.fixture
def office(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["33.73"], subject="dinas"))


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def line(enrollment) -> BadLine:
    return BadLine(enrollment.transport)


@pytest.fixture
def centre() -> str:
    return str(new_id())


@pytest.fixture
async def phone(enrollment, auth, line, centre) -> Phone:
    """The phone of the head, whose clock is seven minutes ahead."""
    client = httpx.AsyncClient(transport=line, base_url=str(enrollment.base_url))
    caller = auth(Role.FACILITY_OPERATOR, facilities=[centre], subject="ibu-kepala")
    yield Phone(Applicant(client, caller), ahead=timedelta(minutes=7))
    await client.aclose()


async def starts_today(seats: Seats, admin: Applicant, centre: str):
    """Return a class of 16 that starts today, with two sessions before the evening."""
    running = await run_class(
        seats, admin, people=PEOPLE, sessions=0, days_ago=0, opened=False, facility_id=centre
    )
    async with seats.transaction() as session:
        for position, hours in ((1, 5), (2, 2)):
            starts_at = NOW - timedelta(hours=hours)
            session.add(
                Meeting(
                    class_id=running.class_id,
                    position=position,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=2),
                )
            )
    return running


def by_hours(phone: Phone, hours: float) -> str:
    """Return the hour that the phone showed so many hours ago."""
    return (phone.clock() - timedelta(hours=hours)).isoformat()


def note_the_day(phone: Phone, yesterday: dict, today: dict) -> None:
    """Do on the phone what a head does on the day on which a class starts."""
    people = [each["enrollment_id"] for each in today["people"]]
    walk_in = person_body(id=str(new_id()))
    phone.change("participant.register", walk_in, made_at=by_hours(phone, 4.9))
    phone.change(
        "opening.report",
        {
            "class_id": today["id"],
            "started_at": by_hours(phone, 4.8),
            "present": people[:14],
            "absent": people[14:],
        },
        made_at=by_hours(phone, 4.7),
    )
    for position, hours, late in ((1, 4.6, 0), (2, 1.6, 3)):
        entries = [entry(each) for each in people]
        entries[late] = entry(people[late], "LATE", minutes_late=10)
        entries[15] = entry(people[15], "ABSENT")
        body = {"class_id": today["id"], "position": position, "entries": entries}
        phone.change("attendance.record", body, made_at=by_hours(phone, hours))
    # Yesterday's roll call is put right after all: the base is what the pack said.
    first, second = yesterday["people"][0], yesterday["people"][1]
    phone.change(
        "attendance.record",
        {
            "class_id": yesterday["id"],
            "position": 1,
            "entries": [
                entry(first["enrollment_id"], "LATE", minutes_late=5),
                entry(second["enrollment_id"]),
            ],
        },
        base=yesterday["sessions"][0]["version"],
        made_at=by_hours(phone, 1),
    )


async def test_is_offline_for_a_day_and_nothing_of_it_is_lost_or_done_twice(
    seats, admin, office, phone, line, centre
):
    old = await run_class(seats, admin, people=4, days_ago=1, sessions=2, facility_id=centre)
    await old.call(admin, *[entry(each) for each in old.ids])
    new = await starts_today(seats, admin, centre)

    # Morning, with a network.
    assert (await phone.register()).status_code == 201
    headers = {**phone.who.headers, "Accept-Encoding": "gzip"}
    path = f"/v1/me/facilities/{centre}/pack"
    before = line.bytes
    pack = (await phone.who.client.get(path, headers=headers)).json()
    token = (await phone.changes()).json()["token"]
    taken = line.bytes - before
    yesterday, today = sorted(pack["classes"], key=lambda each: each["starts_at"])
    assert (today["id"], len(today["people"])) == (str(new.class_id), PEOPLE)

    # The day, without one.
    line.airplane = True
    note_the_day(phone, yesterday, today)
    with pytest.raises(httpx.ConnectError):
        await phone.send()
    letter = entry(old.ids[0], "EXCUSED", note_code="LETTER")
    assert (await old.call(office, letter, base='"1"')).status_code == 200

    # Evening, over a bad line: the first answer is lost after the commit.
    line.airplane, line.losing = False, 1
    before = line.bytes
    with pytest.raises(httpx.ReadError):
        await phone.send()
    told_once = line.bytes - before
    one, two = await asyncio.gather(phone.told(), phone.told())

    expected = ["APPLIED"] * 4 + ["CONFLICT"]
    for verdicts in (one, two):
        assert [each["verdict"] for each in verdicts] == ["DUPLICATE"] * 5
        assert [each["earlier"] for each in verdicts] == expected
    conflict = one[-1]["conflict"]
    assert conflict["theirs"]["entries"] == [
        {"enrollment_id": old.ids[0], "status": "EXCUSED", "note_code": "LETTER"}
    ]
    assert (conflict["theirs"]["by"], conflict["theirs"]["version"]) == ("OTHER", 2)
    assert conflict["ours"]["entries"] == [
        {"enrollment_id": old.ids[0], "status": "LATE", "minutes_late": 5}
    ]

    await check_the_day(seats, admin, phone, old=old, new=new)
    page = (await phone.changes(token)).json()
    items = page["items"]
    while page["more"]:
        page = (await phone.changes(page["token"])).json()
        items += page["items"]
    held = {(each["kind"], each["id"]): each for each in items}
    assert held["SHEET", f"{old.class_id}:1"]["version"] == 2
    assert held["CLASS", str(new.class_id)]["data"]["state"] == "OPENED"
    assert {f"{new.class_id}:1", f"{new.class_id}:2"} < {each for _, each in held}

    # Whoever has seen both versions decides, with the version that stands.
    settled = phone.change(
        "attendance.record", {**phone.queue[-1]["body"]}, base=conflict["theirs"]["version"]
    )
    assert [each["verdict"] for each in await phone.told([settled])] == ["APPLIED"]
    assert taken <= MOST_TAKEN, taken
    assert told_once <= MOST_TOLD, told_once
    assert line.bytes <= MOST_IN_ALL, line.bytes


async def check_the_day(seats: Seats, admin: Applicant, phone: Phone, *, old, new) -> None:
    """Assert that all of the day is there, once, by the clock of the server."""
    opening = (await admin.get(f"/v1/classes/{new.class_id}/opening")).json()
    assert (opening["present"], opening["absent"]) == (14, 2)
    rolls = [(await admin.get(new.path(position))).json() for position in (1, 2)]
    for roll in rolls:
        counts = Counter(each["status"] for each in roll["entries"])
        assert counts == {"PRESENT": 14, "LATE": 1, "ABSENT": 1}
        assert (roll["version"], roll["device_id"]) == (1, phone.id)
    started_at = utc_now() - timedelta(hours=4.8)
    told_at = datetime.fromisoformat(opening["started_at"])
    assert abs(told_at - started_at) < timedelta(minutes=2)
    walk_in = phone.queue[0]["body"]["id"]
    assert (await admin.get(f"/v1/participants/{walk_in}")).status_code == 200
    topics = Counter(each.topic for each in await seats.events(new.class_id))
    assert topics["enrollment.class.opened"] == 1
    assert topics["enrollment.attendance.recorded"] == 2
    assert topics["enrollment.enrollment.presence_reported"] == PEOPLE
    sheet = (await admin.get(old.path())).json()
    assert (sheet["version"], sheet["entries"][0]["status"]) == (2, "EXCUSED")
