import pytest

from shared.scope import Role
from tests.support.phones import Phone
from tests.support.rolls import Running, run_class
from tests.support.seats import Applicant, Seats


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    made = Seats(sessions_of(enrollment_db))
    await made.program()
    return made


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
async def running(seats, admin) -> Running:
    return await run_class(seats, admin)


@pytest.fixture
async def head(enrollment, auth, seats, running) -> Applicant:
    """The head of the centre at which the class is."""
    place = (await seats.class_row(running.class_id)).facility_id
    return Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[str(place)]))


@pytest.fixture
async def phone(head) -> Phone:
    made = Phone(head)
    answer = await made.register()
    assert answer.status_code == 201, answer.text
    return made
