"""A queue that is told again, cut otherwise, at once or in another order has one effect."""

import asyncio
import hashlib
import json
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.ids import new_id
from shared.scope import Role
from tests.support.phones import Phone
from tests.support.rolls import entry, run_class
from tests.support.seats import Applicant, Seats

# What is left of a day, without the hour at which it was told.
TABLES = {
    "event": "stream_id, topic, version, payload",
    "opening": "class_id, started_at, present, absent",
    "class": "id, state, taken, waiting, version",
    "enrollment": "id, state, presence, version",
    "attendance_sheet": "class_id, position, version, taken_at, present, late, excused, absent",
    "attendance_entry": "class_id, position, enrollment_id, status",
    "attendance_correction": "class_id, position, version, replaced",
    "participant": "id, version",
    "sync_change": "device_id, change_id, verdict, answer",
}
STATUS = ("PRESENT", "LATE", "EXCUSED", "ABSENT")


async def state_hash(seats: Seats) -> str:
    """Return a hash of all that changes can leave behind."""
    found = []
    async with seats.transaction() as session:
        for table, columns in TABLES.items():
            rows = await session.execute(text(f"SELECT {columns} FROM enrollment.{table}"))
            told = sorted(json.dumps(list(row), default=str) for row in rows)
            found.append((table, told))
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


@st.composite
def days(draw) -> list[list[tuple]]:
    """Draw a day's chains of changes; those of one chain build upon one another."""
    chains: list[list[tuple]] = []
    for position in draw(st.lists(st.integers(1, 5), unique=True, max_size=4)):
        calls = draw(
            st.lists(
                st.lists(st.sampled_from(STATUS), min_size=1, max_size=3), min_size=1, max_size=3
            )
        )
        wrong = draw(st.booleans())
        chains.append([("roll", position, each, wrong and n > 0) for n, each in enumerate(calls)])
    if draw(st.booleans()):
        chains.append([("end", draw(st.sampled_from(["complete", "drop_out"])), 2)])
    if draw(st.booleans()):
        chains.append([("nonsense",)])
    return chains


@st.composite
def cuts(draw, length: int) -> list[tuple[int, int]]:
    """Draw where a queue is cut into requests."""
    inner = draw(st.lists(st.integers(1, max(1, length - 1)), unique=True, max_size=3))
    return [pair for pair in pairwise(sorted({0, length, *inner})) if pair[0] < pair[1]]


class Day:
    """One class with a phone, and what was done on it."""

    def __init__(self, running, phone: Phone, chains: list[list[tuple]]) -> None:
        self.running, self.phone = running, phone
        self.chains = [self._chain(chain) for chain in chains]

    def _chain(self, chain: list[tuple]) -> list[dict]:
        """Return changes of one thing, each of which names the one before."""
        made: list[dict] = []
        for each in chain:
            made.append(self._change(each, [one["change_id"] for one in made[-1:]]))
        return made

    def _change(self, what: tuple, before: list[str]) -> dict:
        class_id = str(self.running.class_id)
        match what:
            case ("roll", position, statuses, wrong):
                entries = [
                    entry(who, each) for who, each in zip(self.running.ids, statuses, strict=False)
                ]
                body = {"class_id": class_id, "position": position, "entries": entries}
                upon = [] if wrong else before
                return self.phone.change("attendance.record", body, depends_on=upon)
            case ("end", verb, who):
                body = {"class_id": class_id, "enrollment_id": self.running.ids[who]}
                return self.phone.change(f"enrollment.{verb}", body)
        return self.phone.change("class.move", {})

    def shuffled(self, draw) -> list[dict]:
        """Return the queue with its independent parts in another order."""
        left = [list(chain) for chain in self.chains if chain]
        queue = []
        while left:
            chain = draw(st.sampled_from(range(len(left))))
            queue.append(left[chain].pop(0))
            left = [each for each in left if each]
        return queue


async def send(phone: Phone, queue: list[dict], where: list[tuple[int, int]]) -> list[dict]:
    return [each for start, end in where for each in await phone.told(queue[start:end])]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), chains=days())
async def test_a_day_told_again_in_whatever_way_changes_nothing(
    seats, admin, enrollment, auth, data, chains
):
    place = new_id()
    running = await run_class(seats, admin, facility_id=place, days_ago=5, sessions=5)
    caller = auth(Role.FACILITY_OPERATOR, facilities=[str(place)], subject=str(place))
    phone = Phone(Applicant(enrollment, caller))
    await phone.register()
    day = Day(running, phone, chains)
    queue = [change for chain in day.chains for change in chain]
    if not queue:
        return
    first = {
        each["change_id"]: each for each in await send(phone, queue, data.draw(cuts(len(queue))))
    }
    assert {each["verdict"] for each in first.values()} <= {"APPLIED", "CONFLICT", "REFUSED"}
    assert not any(each.get("retry") for each in first.values())
    left = await state_hash(seats)

    one, two = day.shuffled(data.draw), day.shuffled(data.draw)
    again = await asyncio.gather(
        send(phone, one, data.draw(cuts(len(one)))), send(phone, two, data.draw(cuts(len(two))))
    )

    assert await state_hash(seats) == left
    for told in again:
        assert {each["verdict"] for each in told} == {"DUPLICATE"}
        for each in told:
            known = first[each["change_id"]]
            assert each["earlier"] == known["verdict"]
            assert each.get("version") == known.get("version")


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), chains=days())
async def test_the_first_time_too_the_way_does_not_matter(
    seats, admin, enrollment, auth, data, chains
):
    ends = []
    # The same day at two centres: in order and at once; shuffled, cut and twice at the same time.
    for way in ("straight", "twice"):
        place = new_id()
        running = await run_class(seats, admin, facility_id=place, days_ago=5, sessions=5)
        caller = auth(Role.FACILITY_OPERATOR, facilities=[str(place)], subject=str(place))
        phone = Phone(Applicant(enrollment, caller))
        await phone.register()
        day = Day(running, phone, chains)
        queue = [change for chain in day.chains for change in chain]
        if not queue:
            return
        if way == "straight":
            await phone.told(queue)
        else:
            one = day.shuffled(data.draw)
            where = data.draw(cuts(len(one)))
            await asyncio.gather(send(phone, one, where), send(phone, one, where))
        ends.append(await _end_of(seats, running))

    assert ends[0] == ends[1]


async def _end_of(seats: Seats, running) -> list:
    """Return what is said of each person of a class, people told apart by their place in it."""
    async with seats.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT s.position, s.version, e.enrollment_id::text AS who, e.status"
                " FROM enrollment.attendance_sheet s"
                " JOIN enrollment.attendance_entry e USING (class_id, position)"
                " WHERE class_id = :id ORDER BY 1, 3"
            ),
            {"id": running.class_id},
        )
        said = [(row.position, row.version, running.ids.index(row.who), row.status) for row in rows]
    people = [
        (running.ids.index(str(row.id)), row.state.value, row.version)
        for row in await seats.enrollments(running.class_id)
    ]
    return [said, sorted(people)]
