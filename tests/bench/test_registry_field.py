"""What the registry is measured on is what a registry may hold, and as much as is said."""

import pytest

from deploy.bench.registry_field import Extent, RegistryField
from deploy.bench.stack import BenchError
from tests.bench.conftest import TODAY

EXTENT = Extent(facilities=12, bookings=1_200)


async def prepared(field: RegistryField, extent: Extent = EXTENT) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    await field.prepare(extent, today=TODAY, advance=lambda *each: told.append(each))
    return told


class TestPrepare:
    async def test_makes_as_much_as_it_is_asked_for(self, registry_owner, field):
        told = await prepared(field)

        counts = await registry_owner.fetchrow(
            "SELECT (SELECT count(*) FROM registry.facility) AS facilities,"
            " (SELECT count(*) FROM registry.space) AS spaces,"
            " (SELECT count(*) FROM registry.booking) AS bookings"
        )
        assert tuple(counts) == (12, 60, 1_200)
        assert told == [(1_200, 1_200)]

    async def test_marks_all_of_it_as_synthetic(self, registry_owner, field):
        await prepared(field)

        assert await registry_owner.fetchval("SELECT bool_and(synthetic) FROM registry.facility")

    async def test_adds_nothing_twice(self, registry_owner, field):
        await prepared(field)

        assert await prepared(field) == []
        assert await registry_owner.fetchval("SELECT count(*) FROM registry.facility") == 12

    async def test_has_bookings_before_and_after_today_in_every_state(self, registry_owner, field):
        await prepared(field)

        states = await registry_owner.fetch(
            "SELECT DISTINCT state, lower(during) < $1 AS past FROM registry.booking_slot", TODAY
        )
        assert {tuple(row) for row in states} >= {
            ("USED", True),
            ("APPROVED", False),
            ("REQUESTED", False),
            ("CANCELLED", False),
        }

    async def test_refuses_a_registry_without_districts(self, registry_owner, field):
        await registry_owner.execute("DELETE FROM registry.area")

        with pytest.raises(BenchError, match="no districts"):
            await prepared(field)


class TestReads:
    async def test_find_what_the_measurements_begin_with(self, registry_owner, field):
        await prepared(field)

        names = await field.names(number=10)
        space = await field.bookable_space()

        assert 1 <= len(names) <= 10
        assert await field.largest_province() == "33"
        assert space.capacity == 10
        assert await field.districts(number=2) == ["32.73.01", "33.73.04"]
