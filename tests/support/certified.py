"""Classes that have ended, and the people in them who are certified."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.scope import Role
from tests.support.rolls import Running, entry, run_class
from tests.support.seats import Applicant, Seats

NAME = "Kanari Rahasia Utama"
SIGNATORY = {"name": "Drs. Contoh", "title": "Kepala Balai"}


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    made = Seats(sessions_of(enrollment_db))
    await made.program(min_post_score=60)
    return made


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def applicant(enrollment, auth) -> Callable[..., Applicant]:
    """Return the function that makes a caller: `applicant(Role.ANALYST)`."""

    def make(role: Role, **grant) -> Applicant:
        return Applicant(enrollment, auth(role, **grant))

    return make


@pytest.fixture
async def running(seats, admin) -> Running:
    return await run_class(seats, admin)


@pytest.fixture
async def head(applicant, seats, running) -> Applicant:
    """The head of the centre at which the class is."""
    place = (await seats.class_row(running.class_id)).facility_id
    return applicant(Role.FACILITY_OPERATOR, facilities=[str(place)])


@dataclass
class Trained:
    """A class that has ended: who is in it, and how its certificates are asked for."""

    running: Running
    seats: Seats
    registry: object
    worker: Callable

    @property
    def path(self) -> str:
        return f"/v1/classes/{self.running.class_id}/certificates"

    async def issue(self, who: Applicant, *ids: str, **more):
        """Order certificates and have them issued; return the answer."""
        body = {"signatory": SIGNATORY, **({"enrollment_ids": list(ids)} if ids else {})}
        answer = await who.post(self.path, json=body, **more)
        await self.worker()
        return answer

    async def issued(self, who: Applicant, *ids: str) -> list[dict]:
        """Issue certificates and return all of the class, as `who` sees them."""
        answer = await self.issue(who, *ids)
        assert answer.status_code == 202, answer.text
        return (await who.get(self.path)).json()["items"]

    async def participant(self, place: int = 0) -> str:
        rows = await self.seats.enrollments(self.running.class_id)
        found = {str(row.id): str(row.participant_id) for row in rows}
        return found[self.running.ids[place]]


async def end_class(running: Running, who: Applicant) -> None:
    """End a class: all but the last of its people complete."""
    *completed, left = running.ids
    answer = await who.post(
        f"/v1/classes/{running.class_id}/completion",
        json={"completed": completed, "dropped_out": [left]},
    )
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def trained(seats, admin, fake_registry, worker) -> Trained:
    """A class of three of whom two have completed; the registry calls its facility otherwise."""
    running = await run_class(seats, admin, names=(NAME,) * 3)
    await end_class(running, admin)
    place = (await seats.class_row(running.class_id)).facility_id
    fake_registry.known[f"/v1/facilities/{place}"] = {"name": "BLKK Nama Baru"}
    return Trained(running, seats, fake_registry, worker)


def scores(running: Running, *told: dict) -> dict:
    """Return a body that says of each person of a class what `told` says, in their order."""
    return {
        "entries": [
            {"enrollment_id": who, **each} for who, each in zip(running.ids, told, strict=False)
        ]
    }


async def attend(running: Running, who: Applicant, *statuses: str) -> None:
    """Call the roll of the first session: a status for each person."""
    marks = [entry(each, status) for each, status in zip(running.ids, statuses, strict=False)]
    answer = await running.call(who, *marks)
    assert answer.status_code == 201, answer.text


__all__ = [
    "NAME",
    "SIGNATORY",
    "Trained",
    "admin",
    "applicant",
    "attend",
    "end_class",
    "head",
    "running",
    "scores",
    "seats",
    "trained",
]
