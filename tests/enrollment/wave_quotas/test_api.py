"""The quotas of a wave over HTTP: set, read, refused, recounted."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.ids import new_id
from shared.schemas.enrollment import Sex
from shared.scope import Role
from tests.support.seats import NOW, Applicant, Seats

LATER = (NOW + timedelta(days=2)).isoformat()
HALF = {"dimension": "SEX", "value": "FEMALE", "kind": "AT_MOST", "seats": 5}
KEPT = {
    "dimension": "DISABILITY",
    "value": "true",
    "kind": "AT_LEAST",
    "seats": 2,
    "release_at": LATER,
}


@pytest.fixture
def path(seats: Seats) -> str:
    return f"/v1/waves/{seats.wave_id}/quotas"


async def put(who: Applicant, path: str, *quotas: dict, base: str = '"1"', **more):
    return await who.client.put(
        path, json={"quotas": quotas, **more}, headers={**who.headers, "If-Match": base}
    )


async def open_later(seats: Seats) -> None:
    async with seats.transaction() as session:
        await session.execute(
            text("UPDATE enrollment.wave SET opens_at = :later"),
            {"later": NOW + timedelta(hours=1)},
        )


class TestPutQuotas:
    async def test_sets_them_all_and_answers_with_the_new_version(self, seats, admin, path):
        await open_later(seats)

        first = await put(admin, path, HALF, KEPT)
        second = await put(admin, path, {**HALF, "seats": 7}, base='"2"')
        read = await admin.get(path)

        assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
        assert second.headers["ETag"] == read.headers["ETag"] == '"3"'
        assert [each["seats"] for each in read.json()["quotas"]] == [7]
        ids = [
            each["id"]
            for answer in (first, second)
            for each in answer.json()["quotas"]
            if each["dimension"] == "SEX"
        ]
        assert ids[0] == ids[1]
        events = [each.topic for each in await seats.events(seats.wave_id)]
        assert events == ["enrollment.wave.quotas_set"] * 2

    async def test_counts_who_holds_a_seat_when_it_comes_late_and_says_why(
        self, seats, admin, path
    ):
        class_id = await seats.class_(capacity=3, reserve_capacity=1)
        for sex in (Sex.FEMALE, Sex.MALE, Sex.FEMALE, Sex.FEMALE):
            await admin.claim(class_id, await seats.person(sex=sex))

        silent = await put(admin, path, HALF)
        told = await put(admin, path, HALF, reason="SK 12/2027")

        assert (silent.status_code, silent.json()["code"]) == (409, "quota-reason-missing")
        assert [each["taken"] for each in told.json()["quotas"]] == [2]
        await seats.check_counts(class_id)

    @pytest.mark.usefixtures("areas")
    @pytest.mark.parametrize(
        ("quotas", "code", "pointer"),
        [
            ([{**HALF, "value": "WOMEN"}], "quota-value-invalid", "/quotas/0/value"),
            ([{**HALF, "dimension": "PROVINCE"}], "quota-value-invalid", "/quotas/0/value"),
            ([{**HALF, "release_at": LATER}], "quota-release-invalid", "/quotas/0/release_at"),
            ([{**KEPT, "release_at": None}], "quota-release-invalid", "/quotas/0/release_at"),
            (
                [{**KEPT, "release_at": (NOW + timedelta(days=99)).isoformat()}],
                "quota-release-invalid",
                "/quotas/0/release_at",
            ),
            ([HALF, {**HALF, "seats": 9}], "quota-twice", "/quotas/1"),
            ([{**HALF, "dimension": "PROVINCE", "value": "99"}], "unknown-area", "/quotas/0/value"),
        ],
    )
    async def test_refuses_what_nobody_can_keep(self, seats, admin, path, quotas, code, pointer):
        await open_later(seats)

        answer = await put(admin, path, *quotas)

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert await seats.quotas() == []

    async def test_nobody_alone_changes_by_what_two_have_approved(self, draw, admin):
        await draw.open((2, 1))
        person = await draw.seats.person()
        await draw.apply(person)
        await draw.commit()
        await draw.close()
        preview = await draw.preview()
        path = f"{draw.path}/quotas"

        before = await put(admin, path, HALF, reason="SK 12/2027")
        stale = await draw.approve(preview)
        await draw.approve(await draw.preview())
        refused = await put(admin, path, reason="SK 13/2027")
        await draw.announce()
        after = await put(admin, path, base='"2"', reason="SK 13/2027")

        assert (before.status_code, after.status_code) == (200, 200)
        assert stale.json()["code"] == "preview-stale"
        assert (refused.status_code, refused.json()["code"]) == (409, "selection-approved")
        assert refused.json()["present"] == "APPROVED"

    async def test_takes_the_version_that_was_read(self, admin, path):
        stale = await put(admin, path, HALF, base='"9"')
        bare = await admin.client.put(path, json={"quotas": []}, headers=admin.headers)
        assert (stale.status_code, bare.status_code) == (412, 428)

    async def test_unknown_wave(self, admin):
        there = f"/v1/waves/{new_id()}/quotas"
        codes = [(await put(admin, there)).status_code, (await admin.get(there)).status_code]
        assert codes == [404, 404]

    async def test_is_for_the_ministries_of_the_programme(self, enrollment, auth, path):
        other = Applicant(enrollment, auth(Role.PROGRAM_MANAGER, ministries=("RELIGION",)))
        nobody = Applicant(enrollment, auth(Role.ANALYST))
        codes = [(await put(each, path, HALF)).status_code for each in (other, nobody)]
        assert codes == [403, 403]


class TestWhyWaiting:
    async def test_names_the_quota_that_blocks_and_says_what_would_change_it(
        self, seats, admin, path
    ):
        class_id = await seats.class_(capacity=1, reserve_capacity=1)
        people = await seats.people(2)
        ids = [(await admin.claim(class_id, each)).json()["id"] for each in people]
        await put(admin, path, {**HALF, "seats": 1}, reason="SK 12/2027")

        read = (await admin.get(f"/v1/classes/{class_id}/enrollments/{ids[1]}")).json()

        assert read["why_not_promoted"] == "QUOTA"
        assert read["blocked_by"]["dimension"] == "SEX"
        assert "kuota" in read["why_detail"].lower()
