"""Offers over HTTP and in the database: confirmed, declined, lapsed, and at the opening."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from services.enrollment.enrollments.operations import promote_in_class
from services.enrollment.enrollments.queries import classes_admitting
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.offers.operations import confirm_offer, expire_offers
from services.enrollment.offers.queries import classes_with_lapsed
from services.enrollment.offers.rules import OfferExpiredError, is_over
from services.enrollment.participants.tables import Participant
from shared.clock import ledger_day
from shared.errors import ConflictError
from shared.ids import new_id
from shared.schemas.enrollment import AgeBand
from shared.schemas.enrollment import EnrollmentState as S
from shared.scope import NATIONAL, Role
from tests.support.seats import NOW, Applicant

HOUR = timedelta(hours=1)


@pytest.fixture
def offered(seats, admin):
    """Return the function that fills a class, lets some wait, and frees a seat for the first."""

    async def make(waiting: int = 2, **changes) -> tuple:
        values = {"capacity": 1, "reserve_capacity": waiting, "confirm_hours": 24, **changes}
        class_id = await seats.class_(**values)
        people = await seats.people(1 + waiting)
        ids = [(await admin.claim(class_id, each)).json()["id"] for each in people]
        answer = await admin.post(path(class_id, ids[0], "cancel"))
        assert answer.status_code == 200, answer.text
        return class_id, ids[1:], people[1:]

    return make


def path(class_id, enrollment_id, verb: str) -> str:
    return f"/v1/classes/{class_id}/enrollments/{enrollment_id}/{verb}"


async def lapse(seats, class_id) -> None:
    async with seats.transaction() as session:
        await session.execute(
            update(Enrollment)
            .where(Enrollment.class_id == class_id, Enrollment.state == S.OFFERED)
            .values(confirm_by=NOW - HOUR)
        )


async def grow_young(seats, person_id, **changes) -> None:
    """Make somebody a minor."""
    born = ledger_day(NOW) - timedelta(days=16 * 365)
    async with seats.transaction() as session:
        await session.execute(
            update(Participant)
            .where(Participant.id == person_id)
            .values(birth_date=born, **changes)
        )


async def states(seats, class_id) -> list[str]:
    return [row.state.value for row in await seats.enrollments(class_id)]


class TestPromotion:
    async def test_offers_the_seat_with_a_deadline_and_counts_it_as_taken(self, seats, offered):
        class_id, ids, _ = await offered()

        rows = {str(row.id): row for row in await seats.enrollments(class_id)}

        assert [rows[each].state for each in ids] == [S.OFFERED, S.WAITLISTED]
        until = rows[ids[0]].confirm_by - rows[ids[0]].decided_at
        assert until == 24 * HOUR
        events = await seats.events(class_id)
        assert events[-1].topic == "enrollment.enrollment.offered"
        await seats.check_counts(class_id)

    async def test_seats_at_once_where_nobody_asks_for_a_word(self, seats, offered):
        class_id, _, _ = await offered(confirm_hours=None)
        assert await states(seats, class_id) == ["CANCELLED", "SEATED", "WAITLISTED"]

    async def test_passes_over_a_minor_who_would_be_seated_unasked(self, seats, offered, admin):
        class_id, ids, people = await offered(waiting=3, confirm_hours=None)
        await grow_young(seats, people[1])
        first = await admin.post(path(class_id, ids[0], "cancel"))
        passed = await states(seats, class_id)
        await grow_young(seats, people[1], guardian_consent_at=NOW)
        second = await admin.post(path(class_id, ids[2], "cancel"))

        assert (first.status_code, second.status_code) == (200, 200)
        assert passed == ["CANCELLED", "CANCELLED", "WAITLISTED", "SEATED"]
        assert await states(seats, class_id) == ["CANCELLED", "CANCELLED", "SEATED", "CANCELLED"]
        await seats.check_counts(class_id)

    async def test_a_free_seat_is_the_minor_s_once_a_guardian_consents(self, seats, offered, admin):
        class_id, ids, people = await offered(waiting=2, confirm_hours=None)
        await grow_young(seats, people[1])
        async with seats.transaction() as session:
            row = await session.get(Enrollment, (class_id, UUID(ids[1])))
            row.age_band = AgeBand.UNDER_18
        await admin.post(path(class_id, ids[0], "cancel"))

        async def admitting() -> list:
            async with seats.transaction() as session:
                return list(await classes_admitting(session, now=NOW))

        told = (await admin.get(f"/v1/classes/{class_id}/enrollments/{ids[1]}")).json()
        before = await admitting()
        await grow_young(seats, people[1], guardian_consent_at=NOW)
        after = await admitting()
        async with seats.transaction() as session:
            promoted = await promote_in_class(session, class_id=class_id, now=NOW)

        assert (told["why_not_promoted"], told["waitlist_position"]) == ("GUARDIAN", 1)
        assert (before, after, promoted) == ([], [class_id], 1)
        assert await states(seats, class_id) == ["CANCELLED", "CANCELLED", "SEATED"]


class TestConfirm:
    async def test_takes_the_seat_once_however_often_it_is_sent(self, seats, offered, admin):
        class_id, ids, _ = await offered()

        answers = [
            await admin.post(path(class_id, ids[0], "confirm"), key="same") for _ in range(2)
        ]

        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].content == answers[1].content
        assert answers[0].json()["state"] == "SEATED"
        topics = [each.topic for each in await seats.events(class_id)]
        assert topics.count("enrollment.enrollment.confirmed") == 1
        await seats.check_counts(class_id)

    async def test_refuses_who_has_no_offer_and_says_what_is_allowed(self, seats, offered, admin):
        class_id, ids, _ = await offered()

        answer = await admin.post(path(class_id, ids[1], "confirm"))

        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "enrollment-state-refused")
        assert problem["present"] == "WAITLISTED"
        assert "OFFERED" in problem["allowed"]
        assert problem["detail"] == (
            "Kepesertaan WAITLISTED tidak mempunyai tawaran kursi yang terbuka."
        )

    async def test_refuses_after_the_deadline(self, seats, offered, admin):
        class_id, ids, _ = await offered()
        await lapse(seats, class_id)

        answer = await admin.post(path(class_id, ids[0], "confirm"))

        assert (answer.status_code, answer.json()["code"]) == (409, "offer-expired")
        assert await states(seats, class_id) == ["CANCELLED", "OFFERED", "WAITLISTED"]

    async def test_is_for_the_person_and_the_office_alone(self, seats, offered, enrollment, auth):
        class_id, ids, people = await offered()
        own = Applicant(enrollment, auth(Role.PARTICIPANT, participant_id=people[0]))
        other = Applicant(enrollment, auth(Role.PARTICIPANT, participant_id=people[1]))
        elsewhere = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=(new_id(),)))

        codes = [
            (await each.post(path(class_id, ids[0], "confirm"))).status_code
            for each in (other, elsewhere, own)
        ]

        assert codes == [404, 404, 200]


class TestDecline:
    async def test_offers_the_seat_to_the_next_and_lets_the_person_claim_again(
        self, seats, offered, admin
    ):
        class_id, ids, people = await offered()
        there = await seats.class_()

        answer = await admin.post(path(class_id, ids[0], "decline"), json={"reason": "Bekerja"})
        claimed = await admin.claim(there, people[0])

        assert answer.json()["state"] == "DECLINED"
        assert await states(seats, class_id) == ["CANCELLED", "DECLINED", "OFFERED"]
        assert claimed.status_code == 201
        await seats.check_counts(class_id)

    async def test_refuses_a_seat_that_is_no_offer(self, seats, offered, admin):
        class_id, ids, _ = await offered(confirm_hours=None)
        answer = await admin.post(path(class_id, ids[0], "decline"))
        assert (answer.status_code, answer.json()["present"]) == (409, "SEATED")


class TestExpiry:
    @pytest.mark.parametrize(("late", "over"), [(-HOUR, False), (0 * HOUR, True), (HOUR, True)])
    def test_the_deadline_itself_is_too_late(self, late, over):
        assert is_over(NOW, now=NOW + late) is over
        assert not is_over(None, now=NOW)

    async def test_gives_the_seat_to_the_next_in_the_same_step(self, seats, offered):
        class_id, _, _ = await offered()
        other, _, _ = await offered()
        await lapse(seats, class_id)

        async with seats.transaction() as session:
            due = await classes_with_lapsed(session, now=NOW, limit=10)
        async with seats.transaction() as session:
            ended = await expire_offers(session, class_id=class_id, now=NOW)

        assert (list(due), ended) == ([class_id], 1)
        assert await states(seats, class_id) == ["CANCELLED", "EXPIRED", "OFFERED"]
        assert await states(seats, other) == ["CANCELLED", "OFFERED", "WAITLISTED"]
        await seats.check_counts(class_id)

    async def test_either_lapses_or_is_confirmed_never_both(self, seats, offered):
        class_id, ids, _ = await offered()
        deadline = next(
            row.confirm_by for row in await seats.enrollments(class_id) if row.confirm_by
        )

        async def confirm() -> str:
            try:
                async with seats.transaction() as session:
                    await confirm_offer(
                        session,
                        scope=NATIONAL,
                        class_id=class_id,
                        enrollment_id=ids[0],
                        now=deadline - timedelta(microseconds=1),
                    )
            except ConflictError as error:
                return error.code
            return "SEATED"

        async def expire() -> int:
            async with seats.transaction() as session:
                return await expire_offers(session, class_id=class_id, now=deadline)

        told, ended = await asyncio.gather(confirm(), expire())

        assert (told, ended) in [("SEATED", 0), ("enrollment-state-refused", 1)]
        held = ["SEATED", "WAITLISTED"] if told == "SEATED" else ["EXPIRED", "OFFERED"]
        assert (await states(seats, class_id))[1:] == held
        await seats.check_counts(class_id)

    def test_names_its_deadline(self):
        assert OfferExpiredError.code == "offer-expired"


class TestOpening:
    @pytest.mark.parametrize("until", [None, NOW + HOUR])
    async def test_who_is_there_takes_the_seat_and_who_is_absent_leaves_it(
        self, seats, admin, until
    ):
        class_id = await seats.class_(
            capacity=3, reserve_capacity=3, confirm_hours=24, promote_until=until
        )
        people = await seats.people(6)
        ids = [(await admin.claim(class_id, each)).json()["id"] for each in people]
        for each in ids[:3]:
            await admin.post(path(class_id, each, "cancel"))
        report = {"started_at": NOW.isoformat(), "present": ids[3:4], "absent": ids[4:5]}
        await start_now(seats, class_id)

        answer = await admin.post(f"/v1/classes/{class_id}/opening", json=report)

        assert answer.status_code == 200, answer.text
        rows = {str(row.id): row for row in await seats.enrollments(class_id)}
        assert [(rows[each].state, rows[each].presence.value) for each in ids[3:]] == [
            (S.SEATED, "PRESENT"),
            (S.EXPIRED, "ABSENT"),
            (S.OFFERED, "UNREPORTED"),
        ]
        await seats.check_counts(class_id)

    async def test_a_minor_is_not_seated_by_coming_before_a_guardian_consents(
        self, seats, offered, admin
    ):
        class_id, ids, people = await offered()
        await start_now(seats, class_id)
        await grow_young(seats, people[0])
        report = {"started_at": NOW.isoformat(), "present": ids[:1], "absent": []}

        refused = await admin.post(f"/v1/classes/{class_id}/opening", json=report)
        left = await states(seats, class_id)
        await grow_young(seats, people[0], guardian_consent_at=NOW)
        allowed = await admin.post(f"/v1/classes/{class_id}/opening", json=report)

        assert (refused.status_code, refused.json()["code"]) == (422, "roll-refused")
        assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [
            ("/present/0", "guardian-missing")
        ]
        assert left == ["CANCELLED", "OFFERED", "WAITLISTED"]
        assert allowed.status_code == 200, allowed.text
        assert (await states(seats, class_id))[1] == "SEATED"


async def start_now(seats, class_id) -> None:
    async with seats.transaction() as session:
        class_ = await session.get(type(await seats.class_row(class_id)), class_id)
        class_.starts_at = NOW
