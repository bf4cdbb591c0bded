"""What a selection gives: seats and places in line in order, exactly as many as there are."""

from services.enrollment.classes.queries import get_class
from services.enrollment.placements.operations import Placed, Placement, place_selected
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentState as S
from shared.schemas.enrollment import Sex
from tests.support.desks import claim_of, outcome
from tests.support.seats import NOW


def placement(participant_id, *, waitlisted: bool = False) -> Placement:
    return Placement(participant_id, new_id(), new_id(), waitlisted)


async def place(seats, class_id, placements) -> list[Placed]:
    async with seats.transaction() as session:
        class_ = await get_class(session, class_id, for_update=True)
        return await place_selected(session, class_=class_, placements=placements, now=NOW)


def got(placed: list[Placed]) -> list:
    return [each.refusal or (each.state, each.waitlist_number) for each in placed]


class TestPlaceSelected:
    async def test_offers_seats_and_numbers_in_the_order_of_the_ranks(self, seats):
        class_id = await seats.class_(
            capacity=2, reserve_capacity=2, selection="SCORE", confirm_hours=48
        )
        people = await seats.people(5)
        wanted = [placement(each, waitlisted=place > 1) for place, each in enumerate(people)]

        placed = await place(seats, class_id, wanted)

        assert got(placed) == [
            (S.OFFERED, None),
            (S.OFFERED, None),
            (S.WAITLISTED, 1),
            (S.WAITLISTED, 2),
            "class-full",
        ]
        rows = {row.id: row for row in await seats.enrollments(class_id)}
        assert {row.application_id for row in rows.values()} == {
            each.application_id for each in wanted[:4]
        }
        topics = [each.topic.rsplit(".")[-1] for each in await seats.events(class_id)]
        assert topics == ["offered", "offered", "claimed", "claimed"]
        await seats.check_counts(class_id)

    async def test_who_has_a_place_elsewhere_gets_none_and_leaves_it_to_the_next(
        self, seats, desks
    ):
        there = await seats.class_(capacity=1)
        here = await seats.class_(capacity=1, selection="LOTTERY")
        people = await seats.people(2)
        await outcome(desks[0], claim_of(there, people[0]))

        placed = await place(seats, here, [placement(each) for each in people])

        assert got(placed) == ["already-enrolled", (S.SEATED, None)]
        assert placed[0].state is None
        for each in (here, there):
            await seats.check_counts(each)

    async def test_keeps_the_quotas_of_the_wave(self, seats):
        await seats.quota("SEX", "FEMALE", 1)
        class_id = await seats.class_(capacity=3, reserve_capacity=1, selection="SCORE")
        her, him = await seats.people(2), await seats.people(1, sex=Sex.MALE)

        placed = await place(seats, class_id, [placement(each) for each in (*her, *him)])

        assert got(placed) == [(S.SEATED, None), (S.WAITLISTED, 1), (S.SEATED, None)]
        assert [each.taken for each in await seats.quotas()] == [1]
        await seats.check_counts(class_id)

    async def test_nobody_is_placed_of_nobody(self, seats):
        class_id = await seats.class_()
        assert await place(seats, class_id, []) == []
