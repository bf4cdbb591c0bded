from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.registry.base import Event
from services.registry.bookings.rules import BookingNotFoundError, SpaceTakenError, Span
from services.registry.bookings.tables import Booking, BookingSlot
from services.registry.class_bookings.jobs import release_holds
from services.registry.class_bookings.operations import (
    ClassPlan,
    book_for_class,
    confirm_for_class,
    release_of_class,
)
from services.registry.worker import create_worker
from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import NATIONAL

NOW = datetime(2027, 5, 1, tzinfo=UTC)
HOLD = NOW + timedelta(minutes=15)


def spans(*days: int) -> list[Span]:
    return [
        Span(datetime(2027, 5, day, 1, tzinfo=UTC), datetime(2027, 5, day, 5, tzinfo=UTC))
        for day in days
    ]


@pytest.fixture
async def plan(world) -> ClassPlan:
    space = await world.space((await world.facility())["id"])
    return ClassPlan(new_id(), UUID(space["id"]), "MANPOWER", 16, spans(3, 4))


@pytest.fixture
def book(in_transaction):
    async def run(plan: ClassPlan, *, hold_until=HOLD) -> Booking:
        async with in_transaction() as session:
            return await book_for_class(
                session, plan, hold_until=hold_until, scope=NATIONAL, now=NOW
            )

    return run


async def slot_states(in_transaction, booking: Booking) -> list[str]:
    statement = select(BookingSlot.state).where(BookingSlot.booking_id == booking.id)
    async with in_transaction() as session:
        return list((await session.scalars(statement.order_by(BookingSlot.position))).all())


class TestBookForClass:
    async def test_gives_the_space_at_once_and_the_same_plan_once(self, plan, book, in_transaction):
        first, again = await book(plan), await book(plan)

        assert (first.id, first.version) == (again.id, again.version)
        assert (first.state, first.hold_until) == ("APPROVED", HOLD)
        assert await slot_states(in_transaction, first) == ["APPROVED", "APPROVED"]

    async def test_gives_up_what_the_class_had_for_another_plan(self, plan, book, in_transaction):
        first = await book(plan)
        moved = await book(ClassPlan(plan.class_id, plan.space_id, "MANPOWER", 16, spans(4, 5)))

        assert await slot_states(in_transaction, first) == ["CANCELLED", "CANCELLED"]
        assert await slot_states(in_transaction, moved) == ["APPROVED", "APPROVED"]

    async def test_refuses_what_another_class_has_and_changes_nothing(
        self, plan, book, in_transaction
    ):
        first = await book(plan)
        other = ClassPlan(new_id(), plan.space_id, "MANPOWER", 16, spans(6))
        mine = await book(other)

        with pytest.raises(SpaceTakenError):
            await book(ClassPlan(other.class_id, plan.space_id, "MANPOWER", 16, spans(4)))

        assert await slot_states(in_transaction, first) == ["APPROVED", "APPROVED"]
        assert await slot_states(in_transaction, mine) == ["APPROVED"]


class TestConfirmForClass:
    async def test_takes_the_hold_away_once(self, plan, book, in_transaction):
        await book(plan)

        async with in_transaction() as session:
            first = await confirm_for_class(session, plan.class_id, now=NOW)
        async with in_transaction() as session:
            again = await confirm_for_class(session, plan.class_id, now=NOW)
            told = select(Event).where(Event.topic == "registry.booking.confirmed")
            events = (await session.scalars(told)).all()

        assert (first.hold_until, first.version) == (None, again.version)
        assert len(events) == 1

    async def test_refuses_what_was_given_up(self, plan, book, in_transaction):
        await book(plan)
        async with in_transaction() as session:
            await release_of_class(session, plan.class_id, now=NOW)

        with pytest.raises(BookingNotFoundError):
            async with in_transaction() as session:
                await confirm_for_class(session, plan.class_id, now=NOW)


class TestReleaseOfClass:
    async def test_leaves_what_is_over_to_be_used_or_not(self, plan, book, in_transaction):
        booking = await book(plan, hold_until=None)

        async with in_transaction() as session:
            released = await release_of_class(session, plan.class_id, now=spans(3)[0].ends_at)
        async with in_transaction() as session:
            again = await release_of_class(session, plan.class_id, now=NOW)

        assert (released.state, again) == ("CANCELLED", None)
        assert await slot_states(in_transaction, booking) == ["APPROVED", "CANCELLED"]


class TestReleaseHolds:
    async def test_frees_what_nobody_confirmed_in_time(self, registry, plan, book, in_transaction):
        lapsed = await book(plan, hold_until=utc_now() - timedelta(seconds=1))
        kept = await book(
            ClassPlan(new_id(), plan.space_id, "MANPOWER", 16, spans(6)),
            hold_until=utc_now() + timedelta(hours=1),
        )

        async with create_worker(registry.state["settings"]).context() as context:
            await release_holds(context)

        assert await slot_states(in_transaction, lapsed) == ["CANCELLED", "CANCELLED"]
        assert await slot_states(in_transaction, kept) == ["APPROVED"]
        async with in_transaction() as session:
            told = select(Event).where(Event.topic == "registry.booking.lapsed")
            event = (await session.scalars(told)).one()
        assert event.payload["class_id"] == str(plan.class_id)
        assert event.payload["minutes"] == {"2027-05": 480}
