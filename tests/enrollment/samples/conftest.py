from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.scope import Role
from tests.support.seats import NOW, Applicant, Seats


@pytest.fixture
def auditor(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.AUDITOR, subject="auditor"))


@pytest.fixture
async def seats(db, enrollment, auth, rows) -> Seats:
    """A wave of two classes with twelve enrollments that arrived an hour ago."""
    made = Seats(db)
    await made.program()
    admin = Applicant(enrollment, auth(Role.NATIONAL_ADMIN))
    for _ in range(2):
        class_id = await made.class_(capacity=6)
        for person in await made.people(6):
            assert (await admin.claim(class_id, person)).status_code == 201
    async with made.transaction() as session:
        statement = "UPDATE enrollment.enrollment SET arrived_at = :at"
        await session.execute(text(statement), {"at": NOW - timedelta(hours=1)})
    return made
