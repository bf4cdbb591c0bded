"""Classes that run, with sessions and people, of which the roll can be called."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx

from services.enrollment.classes.tables import Meeting
from tests.support.seats import NOW, Applicant, Seats

HOURS = timedelta(hours=4)


@dataclass
class Running:
    """A class that has opened three days ago, with a session a day, and its seated people."""

    seats: Seats
    class_id: UUID
    ids: list[str]

    def path(self, position: int = 1) -> str:
        return f"/v1/classes/{self.class_id}/sessions/{position}/attendance"

    async def call(
        self, who: Applicant, *entries: dict, position: int = 1, base: str | None = None, **more
    ) -> httpx.Response:
        """Call the roll of a session."""
        headers = {"If-Match": base} if base else {}
        key = more.pop("key", None)
        body = {"entries": list(entries), **more}
        return await who.post(self.path(position), json=body, key=key, **headers)


def entry(enrollment_id: str, status: str = "PRESENT", **more) -> dict:
    return {"enrollment_id": enrollment_id, "status": status, **more}


async def add_sessions(seats: Seats, class_id: UUID, *, count: int, first) -> None:
    async with seats.transaction() as session:
        session.add_all(
            Meeting(
                class_id=class_id,
                position=place + 1,
                starts_at=first + timedelta(days=place),
                ends_at=first + timedelta(days=place) + HOURS,
            )
            for place in range(count)
        )


async def run_class(
    seats: Seats,
    admin: Applicant,
    *,
    people: int = 3,
    sessions: int = 5,
    days_ago: int = 3,
    opened: bool = True,
    names: tuple[str, ...] = (),
    **changes,
) -> Running:
    """Return a class with so many people in seats; the first session was `days_ago` days ago.

    Of the first of them the opening said that he was there, of the others nothing.
    """
    first = NOW - timedelta(days=days_ago, hours=5)
    class_id = await seats.class_(capacity=people, starts_at=first, **changes)
    await add_sessions(seats, class_id, count=sessions, first=first)
    persons = [
        await seats.person(name=names[place] if place < len(names) else "Siti Rahayu")
        for place in range(people)
    ]
    ids = sorted([(await admin.claim(class_id, each)).json()["id"] for each in persons])
    if opened:
        answer = await admin.post(
            f"/v1/classes/{class_id}/opening",
            json={"started_at": first.isoformat(), "present": ids[:1]},
        )
        assert answer.status_code == 200, answer.text
    return Running(seats, class_id, ids)
