import pytest

from shared.scope import Role
from tests.support.desks import open_desks
from tests.support.seats import Applicant, Seats


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    """Return a programme with an open wave in the database of the running application."""
    made = Seats(sessions_of(enrollment_db))
    await made.program()
    return made


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
async def desks(enrollment_db, seats):
    """Two seat desks that share nothing but the database."""
    async with open_desks(enrollment_db, seats.sessions, count=2, batch=8) as two:
        yield two
