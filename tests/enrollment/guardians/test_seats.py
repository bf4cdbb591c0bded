"""A minor's seat waits for the guardian's consent."""

from datetime import date

import pytest

from shared.clock import ledger_day, utc_now
from shared.scope import Role
from tests.support.seats import Applicant, Seats

GUARDIAN = {"name": "Ibu", "relation": "PARENT", "consents": True, "consent_version": "1"}


def born_sixteen_years_ago() -> date:
    return date(ledger_day(utc_now()).year - 16, 1, 1)


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    made = Seats(sessions_of(enrollment_db))
    await made.program(min_age=15)
    return made


async def test_is_confirmed_only_with_a_guardian(seats, enrollment, auth, caller_of):
    applicant = Applicant(enrollment, auth(Role.NATIONAL_ADMIN))
    admin = caller_of(Role.NATIONAL_ADMIN)
    class_id = await seats.class_(capacity=1, reserve_capacity=1, confirm_hours=24)
    first = await seats.person()
    minor = await seats.person(birth_date=born_sixteen_years_ago())
    path = f"/v1/classes/{class_id}/enrollments"
    ids = [(await applicant.claim(class_id, each)).json()["id"] for each in (first, minor)]
    await admin.post(f"{path}/{ids[0]}/cancel")

    refused = await admin.post(f"{path}/{ids[1]}/confirm")
    named = await admin.post(f"/v1/participants/{minor}/guardians", GUARDIAN)
    confirmed = await admin.post(f"{path}/{ids[1]}/confirm")

    assert (refused.status_code, refused.json()["code"]) == (409, "guardian-missing")
    assert named.status_code == 201, named.text
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "SEATED")


async def test_is_given_elsewhere_only_with_a_guardian(seats, enrollment, auth, caller_of):
    applicant = Applicant(enrollment, auth(Role.NATIONAL_ADMIN))
    admin = caller_of(Role.NATIONAL_ADMIN)
    class_id = await seats.class_(capacity=1, reserve_capacity=1, confirm_hours=24)
    other = await seats.class_(capacity=1)
    minor = await seats.person(birth_date=born_sixteen_years_ago())
    await applicant.claim(class_id, await seats.person())
    waiting = (await applicant.claim(class_id, minor)).json()
    path = f"/v1/classes/{class_id}/enrollments/{waiting['id']}/transfer"

    refused = await admin.post(path, {"class_id": str(other)})
    await admin.post(f"/v1/participants/{minor}/guardians", GUARDIAN)
    moved = await admin.post(path, {"class_id": str(other)})

    assert (refused.status_code, refused.json()["code"]) == (409, "guardian-missing")
    assert (moved.status_code, moved.json()["state"]) == (201, "SEATED")
    for each in (class_id, other):
        await seats.check_counts(each)


async def test_is_given_at_once_only_with_a_guardian(seats, enrollment, auth, caller_of):
    applicant = Applicant(enrollment, auth(Role.NATIONAL_ADMIN))
    class_id = await seats.class_(capacity=1)
    minor = await seats.person(birth_date=born_sixteen_years_ago())

    refused = await applicant.claim(class_id, minor)
    await caller_of(Role.NATIONAL_ADMIN).post(f"/v1/participants/{minor}/guardians", GUARDIAN)
    given = await applicant.claim(class_id, minor)

    assert (refused.status_code, refused.json()["code"]) == (409, "guardian-missing")
    assert (given.status_code, given.json()["state"]) == (201, "SEATED")
    await seats.check_counts(class_id)
