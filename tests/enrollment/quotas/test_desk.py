"""Quotas at the seat desk: judged in the order of arrival, exact however many arrive at once."""

import asyncio
import json
from collections import Counter
from datetime import timedelta

import pytest

from services.enrollment.enrollments.operations import cancel_enrollment, promote_in_class
from services.enrollment.enrollments.queries import classes_admitting
from shared.schemas.enrollment import Sex
from shared.scope import NATIONAL
from tests.support.desks import claim_of, outcome
from tests.support.seats import NOW


async def states(desk, *claims) -> list[str]:
    """Return what claims that are put one after the other got: a state, or why not."""
    told = []
    for claim in claims:
        answer = await outcome(desk, claim)
        told.append(answer if isinstance(answer, str) else json.loads(answer.body)["state"])
    return told


async def at_once(desks, claims) -> Counter:
    """Put claims to two desks at the same time; count what they got."""
    answers = await asyncio.gather(
        *(outcome(desks[place % 2], each) for place, each in enumerate(claims))
    )
    return Counter(
        each if isinstance(each, str) else json.loads(each.body)["state"] for each in answers
    )


class TestAtMost:
    async def test_gives_no_more_seats_over_all_classes_however_many_ask(self, seats, desks):
        await seats.quota("SEX", "FEMALE", 5)
        await seats.quota("PROVINCE", "33", 12)
        classes = [await seats.class_(capacity=10, reserve_capacity=0) for _ in range(4)]
        her, him = await seats.people(43), await seats.people(7, sex=Sex.MALE)
        people = [*her[:20], *him, *her[20:]]
        claims = [claim_of(classes[place % 4], each) for place, each in enumerate(people)]

        counted = await at_once(desks, claims)

        assert counted == {"SEATED": 12, "quota-full": 38}
        assert sorted(each.taken for each in await seats.quotas()) == [5, 12]
        for each in classes:
            await seats.check_counts(each)

    async def test_is_judged_before_the_waitlist_and_after_the_refusals(self, seats, desks):
        await seats.quota("SEX", "FEMALE", 1)
        class_id = await seats.class_(capacity=1, reserve_capacity=2)
        her, next_of_her, him = [
            *(await seats.people(2)),
            await seats.person(sex=Sex.MALE),
        ]

        told = await states(
            desks[0],
            claim_of(class_id, her),
            claim_of(class_id, next_of_her),
            claim_of(class_id, him),
            claim_of(class_id, her),
        )

        assert told == ["SEATED", "quota-full", "WAITLISTED", "already-enrolled"]
        await seats.check_counts(class_id)

    async def test_lets_people_pass_those_whom_it_blocks_and_nobody_else(self, seats, desks):
        """A free seat, and one waits whom the quota blocks: the seat is for the next, not kept."""
        class_id = await seats.class_(capacity=2, reserve_capacity=3)
        people = await seats.people(3)
        await states(desks[0], *(claim_of(class_id, each) for each in people))
        await seats.quota("SEX", "FEMALE", 1, taken=2)
        first = (await seats.enrollments(class_id))[0]
        async with seats.transaction() as session:
            await cancel_enrollment(
                session,
                scope=NATIONAL,
                class_id=class_id,
                enrollment_id=first.id,
                reason=None,
                now=NOW,
            )
        before = [each.state.value for each in await seats.enrollments(class_id)]

        told = await states(desks[0], claim_of(class_id, await seats.person(sex=Sex.MALE)))

        assert before == ["CANCELLED", "SEATED", "WAITLISTED"]
        assert told == ["SEATED"]
        await seats.check_counts(class_id)

    async def test_of_another_wave_says_nothing_here(self, seats, desks):
        class_id = await seats.class_(capacity=2)
        elsewhere = type(seats)(seats.sessions)
        await elsewhere.program()
        await elsewhere.quota("SEX", "FEMALE", 0)
        there = await elsewhere.class_(capacity=2)
        people = await seats.people(2)

        counted = await at_once(desks, [claim_of(class_id, people[0]), claim_of(there, people[1])])

        assert counted == {"SEATED": 1, "quota-full": 1}


class TestAtLeast:
    async def test_keeps_seats_for_members_until_it_is_released(self, seats, desks):
        release = NOW + timedelta(hours=1)
        await seats.quota("DISABILITY", "true", 2, release_at=release)
        classes = [await seats.class_(capacity=2, reserve_capacity=0) for _ in range(2)]
        others, members = await seats.people(5), await seats.people(1, disability=True)
        early = [claim_of(classes[place % 2], each) for place, each in enumerate(others[:4])]
        counted = await at_once(desks, early)
        late = claim_of(classes[0], others[4], arrived_at=release)
        again = claim_of(classes[1], others[4], arrived_at=release)

        told = await states(desks[0], claim_of(classes[0], members[0]))
        freed = await states(desks[1], late, again)

        assert counted == {"SEATED": 2, "quota-full": 2}
        assert told[0] in ("SEATED", "class-full")
        assert "SEATED" in freed
        for each in classes:
            await seats.check_counts(each)

    async def test_says_which_quota_and_when_it_is_released(self, seats, admin):
        release = NOW + timedelta(hours=1)
        await seats.quota("DISABILITY", "true", 1, release_at=release)
        class_id = await seats.class_(capacity=1)

        answer = await admin.claim(class_id, await seats.person())

        assert answer.status_code == 409
        problem = answer.json()
        assert problem["code"] == "quota-full"
        assert problem["quota"]["dimension"] == "DISABILITY"
        assert problem["quota"]["release_at"].startswith(f"{release:%Y-%m-%dT%H:%M}")


class TestSelectionPending:
    @pytest.mark.parametrize("method", ["SCORE", "LOTTERY"])
    async def test_the_desk_gives_nothing_before_the_announcement(self, seats, desks, method):
        waits = await seats.class_(selection=method)
        told = await seats.class_(selection=method, announced_at=NOW)
        people = await seats.people(2)

        got = await states(desks[0], claim_of(waits, people[0]), claim_of(told, people[1]))

        assert got == ["selection-pending", "SEATED"]


class TestPromoteAdmitted:
    async def test_finds_whom_a_seat_given_up_elsewhere_lets_in(self, seats, desks):
        """A quota is used up in one class; who waits in another is let in when it is freed."""
        here, there = [await seats.class_(capacity=1, reserve_capacity=2) for _ in range(2)]
        her, him, waits = [
            await seats.person(),
            await seats.person(sex=Sex.MALE),
            await seats.person(),
        ]
        await states(desks[0], claim_of(here, her), claim_of(there, him), claim_of(there, waits))
        await seats.quota("SEX", "FEMALE", 1, taken=1)
        for class_id in (there, here):
            row = (await seats.enrollments(class_id))[0]
            async with seats.transaction() as session:
                await cancel_enrollment(
                    session,
                    scope=NATIONAL,
                    class_id=class_id,
                    enrollment_id=row.id,
                    reason=None,
                    now=NOW,
                )
            async with seats.transaction() as session:
                found = await classes_admitting(session, now=NOW)
            assert list(found) == ([there] if class_id == here else [])

        async with seats.transaction() as session:
            promoted = await promote_in_class(session, class_id=there, now=NOW)

        assert promoted == 1
        assert [each.taken for each in await seats.quotas()] == [1]
        await seats.check_counts(there)
