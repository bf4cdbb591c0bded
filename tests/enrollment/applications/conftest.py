from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.enrollment.base import Event
from shared.ids import new_id
from shared.scope import Role
from tests.support.seats import Applicant, Seats

PAPER = {"reference": "BLKK-17/2027/0042", "sha256": "9f" * 32}


@dataclass
class Wave:
    """A wave whose places a selection gives, with two facilities that have a class in it."""

    seats: Seats
    classes: list[UUID] = field(default_factory=list)
    facilities: list[UUID] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/v1/waves/{self.seats.wave_id}/applications"

    async def set(self, **values) -> None:
        """Change columns of the wave."""
        names = ", ".join(f"{name} = :{name}" for name in values)
        statement = f"UPDATE enrollment.wave SET {names} WHERE id = :id"
        async with self.seats.transaction() as session:
            await session.execute(text(statement), {**values, "id": self.seats.wave_id})

    def body(self, person: UUID | str, **changes) -> dict:
        choices = [{"facility_id": str(each)} for each in self.facilities]
        return {"participant_id": str(person), "choices": choices, "submit": True, **changes}


@pytest.fixture
async def wave(enrollment_db: str, sessions_of) -> Wave:
    made = Wave(Seats(sessions_of(enrollment_db)))
    await made.seats.program()
    await made.set(selection="LOTTERY")
    for province, regency in (("33", "33.73"), ("51", "51.71")):
        facility = new_id()
        made.facilities.append(facility)
        made.classes.append(
            await made.seats.class_(
                facility_id=facility, province_code=province, regency_code=regency
            )
        )
    return made


@pytest.fixture
def as_person(enrollment, auth):
    """Return the function that makes the login of a person."""

    def make(person: UUID) -> Applicant:
        return Applicant(enrollment, auth(Role.PARTICIPANT, participant_id=str(person)))

    return make


@pytest.fixture
def as_staff(enrollment, auth):
    """Return the function that makes the login of an office or a facility."""

    def make(role: Role, **grant) -> Applicant:
        return Applicant(enrollment, auth(role, **grant))

    return make


@pytest.fixture
async def someone(wave, as_person) -> tuple[UUID, Applicant]:
    """A person, and her own login."""
    person = await wave.seats.person()
    return person, as_person(person)


async def events_of(wave: Wave, person: UUID) -> list[Event]:
    """Return what the log says of a person's applications, in order."""
    events = await wave.seats.events(person)
    return [each for each in events if each.topic.startswith("enrollment.application.")]


def code_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return response.status_code, response.json()["code"]
