"""The field that the registry is measured on: made-up facilities, spaces, hours and bookings."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from deploy.bench.field import connect_patiently, give_room
from deploy.bench.stack import BenchError

SPACES_EACH: Final = 5
_FACILITIES_AT_ONCE: Final = 1_000
# Well below a second each: a long write transaction would hold every feed up.
_BOOKINGS_AT_ONCE: Final = 5_000
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Extent:
    """How much stands in the registry."""

    facilities: int
    bookings: int

    @property
    def spaces(self) -> int:
        """How many spaces the facilities have."""
        return self.facilities * SPACES_EACH


@dataclass(frozen=True, slots=True)
class BookableSpace:
    """A space that its own ministry may book at any hour: its facility states none."""

    id: UUID
    ministry: str
    capacity: int


class RegistryField:
    """Makes what stands in the registry, and reads what the measurements begin with."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def prepare(
        self, extent: Extent, *, today: date, advance: Callable[[int, int], None]
    ) -> None:
        """Add what is missing of `extent`; `advance` is told how many of how many bookings stand.

        Raises:
            BenchError: when the registry knows no districts to put facilities in.
        """
        await self._connection.execute((_HERE / "registry_field.sql").read_text())
        there = await self._facilities()
        for start in range(there, extent.facilities, _FACILITIES_AT_ONCE):
            last = min(start + _FACILITIES_AT_ONCE, extent.facilities) - 1
            await self._connection.execute(f"CALL registry.bench_facilities({start}, {last})")
        if await self._facilities() < extent.facilities:
            raise BenchError("The registry knows no districts.")
        there = await self._bookings()
        for start in range(there, extent.bookings, _BOOKINGS_AT_ONCE):
            last = min(start + _BOOKINGS_AT_ONCE, extent.bookings) - 1
            await self._connection.execute(
                f"CALL registry.bench_bookings({start}, {last}, {extent.spaces}, '{today}')"
            )
            advance(last + 1, extent.bookings)
        for table in ("facility", "space", "opening_hours", "booking", "booking_slot"):
            # Now, so that it does not begin by itself beside the first slices.
            await self._connection.execute(f"VACUUM ANALYZE registry.{table}")

    async def _facilities(self) -> int:
        found: int = await self._connection.fetchval(
            "SELECT count(*) FROM registry.facility WHERE code LIKE 'BENCH-%'"
        )
        return found

    async def _bookings(self) -> int:
        found: int = await self._connection.fetchval(
            "SELECT count(*) FROM registry.booking WHERE requested_by = 'bench'"
        )
        return found

    async def largest_province(self) -> str:
        """Return the code of the province with the most facilities."""
        found: str = await self._connection.fetchval(
            "SELECT province_code FROM registry.facility"
            " GROUP BY province_code ORDER BY count(*) DESC, province_code LIMIT 1"
        )
        return found

    async def facility(self) -> UUID:
        """Return the first of the facilities that were made."""
        found: UUID = await self._connection.fetchval("SELECT registry.bench_id(11, 0)")
        return found

    async def names(self, *, number: int) -> list[str]:
        """Return names of facilities, one in so many that there are at most `number`."""
        rows = await self._connection.fetch(
            "SELECT name FROM (SELECT name, row_number() OVER (ORDER BY code) AS place,"
            " count(*) OVER () AS number FROM registry.facility) AS f"
            " WHERE place % (1 + number / $1) = 0 ORDER BY place",
            number,
        )
        return [row["name"] for row in rows]

    async def districts(self, *, number: int) -> list[str]:
        """Return the codes of up to `number` districts."""
        rows = await self._connection.fetch(
            "SELECT code FROM registry.area WHERE level = 'DISTRICT' AND valid_to IS NULL"
            " ORDER BY code LIMIT $1",
            number,
        )
        return [row["code"] for row in rows]

    async def bookable_space(self) -> BookableSpace:
        """Return a space that can be booked at any hour."""
        row = await self._connection.fetchrow(
            "SELECT id, owner_ministry, capacity FROM registry.space"
            " WHERE id = registry.bench_id(12, 0)"
        )
        return BookableSpace(row["id"], row["owner_ministry"], row["capacity"])

    async def slots_won(self, bookings: list[UUID]) -> int:
        """Return how many of `bookings` have the space."""
        found: int = await self._connection.fetchval(
            "SELECT count(*) FROM registry.booking_slot"
            " WHERE booking_id = ANY ($1) AND state IN ('APPROVED', 'USED')",
            bookings,
        )
        return found


@asynccontextmanager
async def open_registry_field(variables: dict[str, str]) -> AsyncIterator[RegistryField]:
    """Yield the field on the stack's own registry, as its owner.

    Raises:
        BenchError: when the stack does not run its own PostgreSQL.
    """
    await give_room(variables)
    connection = await connect_patiently(variables["REGISTRY_MIGRATION_URL"])
    try:
        yield RegistryField(connection)
    finally:
        await connection.close()
