"""Transfers over HTTP, and two at once in opposite directions."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.quotas.tables import WaveQuota
from services.enrollment.transfers.operations import transfer_enrollment
from services.enrollment.transfers.rules import RollCalledError, check_not_called, state_after
from services.enrollment.transfers.schemas import TransferOrder
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentState as S
from shared.schemas.enrollment import Presence, Sex
from shared.scope import NATIONAL, Role
from tests.support.seats import NOW, Applicant


def path(class_id, enrollment_id) -> str:
    return f"/v1/classes/{class_id}/enrollments/{enrollment_id}/transfer"


@pytest.fixture
def seated(seats, admin):
    """Return the function that seats so many in a class: the enrollments, in order."""

    async def make(class_id, count: int = 1, **person) -> list[str]:
        people = await seats.people(count, **person)
        answers = [await admin.claim(class_id, each) for each in people]
        return [each.json()["id"] for each in answers]

    return make


class TestTransfer:
    async def test_closes_one_and_opens_another_and_promotes_the_next(self, seats, admin, seated):
        here = await seats.class_(capacity=1, reserve_capacity=1)
        there = await seats.class_(capacity=1)
        ids = await seated(here, 2)

        answers = [
            await admin.post(path(here, ids[0]), json={"class_id": str(there)}, key="same")
            for _ in range(2)
        ]

        read = answers[0].json()
        assert [each.status_code for each in answers] == [201, 201]
        assert answers[0].content == answers[1].content
        assert (read["class_id"], read["state"]) == (str(there), "SEATED")
        assert (read["transferred_from_class_id"], read["transferred_from_id"]) == (
            str(here),
            ids[0],
        )
        assert [row.state for row in await seats.enrollments(here)] == [S.TRANSFERRED, S.SEATED]
        assert answers[0].headers["Location"].endswith(f"{there}/enrollments/{read['id']}")
        topics = [each.topic for each in await seats.events(there)]
        assert topics == ["enrollment.enrollment.transferred_in"]
        for each in (here, there):
            await seats.check_counts(each)

    async def test_whoever_waits_can_take_a_seat_elsewhere(self, seats, admin, seated):
        here, there = await seats.class_(capacity=1), await seats.class_(capacity=1)
        ids = await seated(here, 2)

        answer = await admin.post(path(here, ids[1]), json={"class_id": str(there)})

        assert answer.json()["state"] == "SEATED"
        for each in (here, there):
            await seats.check_counts(each)

    @pytest.mark.parametrize(
        ("target", "code"),
        [
            ({"capacity": 1, "filled": 1}, "no-free-seat"),
            ({"state": "CANCELLED"}, "class-not-open"),
            ({"opens_at": NOW + timedelta(days=1)}, "window-not-open"),
            ({"selection": "SCORE"}, "selection-pending"),
        ],
    )
    async def test_refuses_a_class_without_a_seat(self, seats, admin, seated, target, code):
        here = await seats.class_()
        ids = await seated(here)
        filled = target.pop("filled", 0)
        there = await seats.class_(**target)
        await seated(there, filled)

        answer = await admin.post(path(here, ids[0]), json={"class_id": str(there)})

        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert [row.state for row in await seats.enrollments(here)] == [S.SEATED]

    async def test_who_waits_there_comes_first_unless_a_quota_blocks_them(
        self, seats, admin, seated
    ):
        here, there = [await seats.class_(capacity=1) for _ in range(2)]
        him, her = await seated(here, sex=Sex.MALE), await seated(here)
        women = await seated(there, 2)
        await seats.quota("SEX", "FEMALE", 0, taken=1)
        await admin.post(f"/v1/classes/{there}/enrollments/{women[0]}/cancel")
        to = {"class_id": str(there)}

        blocked = await admin.post(path(here, her[0]), json=to)
        async with seats.transaction() as session:
            await session.execute(update(WaveQuota).values(seats=1))
        behind = await admin.post(path(here, him[0]), json=to)
        async with seats.transaction() as session:
            await session.execute(update(WaveQuota).values(seats=0))
        passed = await admin.post(path(here, him[0]), json=to)

        assert (blocked.status_code, blocked.json()["code"]) == (409, "quota-full")
        assert (behind.status_code, behind.json()["code"]) == (409, "others-wait")
        assert passed.json()["state"] == "SEATED", passed.text
        for each in (here, there):
            await seats.check_counts(each)

    @pytest.mark.parametrize(
        ("target", "status", "code"),
        [
            (None, 422, "same-class"),
            ("00000000-0000-7000-8000-000000000001", 404, "class-unknown"),
        ],
    )
    async def test_refuses_what_makes_no_sense(self, seats, admin, seated, target, status, code):
        here = await seats.class_()
        ids = await seated(here)

        answer = await admin.post(path(here, ids[0]), json={"class_id": target or str(here)})

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_refuses_another_programme(self, seats, admin, seated):
        here = await seats.class_()
        ids = await seated(here)
        elsewhere = type(seats)(seats.sessions)
        await elsewhere.program()
        there = await elsewhere.class_()

        answer = await admin.post(path(here, ids[0]), json={"class_id": str(there)})

        assert (answer.status_code, answer.json()["code"]) == (422, "other-program")

    async def test_takes_the_right_to_write_both_classes(self, seats, seated, enrollment, auth):
        facility = new_id()
        here, there = await seats.class_(facility_id=facility), await seats.class_()
        ids = await seated(here)
        operator = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=(facility,)))

        outside = await operator.post(path(here, ids[0]), json={"class_id": str(there)})
        unseen = await operator.post(path(there, ids[0]), json={"class_id": str(here)})

        assert (outside.status_code, unseen.status_code) == (403, 404)
        await seats.check_counts(here)


class TestRules:
    @pytest.mark.parametrize("presence", [Presence.PRESENT, Presence.ABSENT])
    def test_refuses_whom_the_roll_has_named(self, presence):
        with pytest.raises(RollCalledError):
            check_not_called(presence=presence, attended=False)
        with pytest.raises(RollCalledError) as refused:
            check_not_called(presence=Presence.UNREPORTED, attended=True)
        assert refused.value.extra == {"present": "PRESENT", "allowed": ["UNREPORTED"]}
        check_not_called(presence=Presence.UNREPORTED, attended=False)

    @pytest.mark.parametrize(
        ("present", "confirm_by", "last", "expected"),
        [
            (S.SEATED, None, 5, (S.SEATED, None)),
            (S.WAITLISTED, None, 5, (S.SEATED, None)),
            (S.OFFERED, 3, 5, (S.OFFERED, 3)),
            (S.OFFERED, 7, 5, (S.OFFERED, 5)),
            (S.OFFERED, 7, None, (S.SEATED, None)),
        ],
    )
    def test_an_offer_stays_one_with_its_deadline(self, present, confirm_by, last, expected):
        found = state_after(present, confirm_by=confirm_by, last=last, now=1)
        assert found == expected


class TestRace:
    async def test_both_ways_at_once(self, seats, seated):
        """Ten move here and ten there, all at once: nobody is lost, doubled, or deadlocked."""
        here, there = [await seats.class_(capacity=12) for _ in range(2)]
        moves = [(here, there, each) for each in await seated(here, 10)]
        moves += [(there, here, each) for each in await seated(there, 10)]

        async def move(source, target, enrollment_id) -> str:
            try:
                async with seats.transaction() as session:
                    row: Enrollment = await transfer_enrollment(
                        session,
                        scope=NATIONAL,
                        class_id=source,
                        enrollment_id=enrollment_id,
                        order=TransferOrder(class_id=target),
                        now=NOW,
                    )
            except ServiceError as error:
                return error.code
            return row.state.value

        told = await asyncio.gather(*(move(*each) for each in moves))

        assert set(told) <= {"SEATED", "no-free-seat"}
        assert told.count("SEATED") >= 2
        held = [
            row.participant_id
            for class_id in (here, there)
            for row in await seats.enrollments(class_id)
            if row.state is S.SEATED
        ]
        assert len(held) == len(set(held)) == 20
        for each in (here, there):
            await seats.check_counts(each)
