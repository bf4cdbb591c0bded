"""The field that claims are measured on: people, and a fresh programme for every slice of time."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from deploy.bench.stack import BenchError

PEOPLE: Final = 140_000
CLASSES: Final = 200
_ENDLESS: Final = 1_000_000
_HERE: Final = Path(__file__).parent
_CHUNK: Final = 20_000
# A fraction of a second each: a long write transaction would hold every feed up.
_CLAIMS_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Ground:
    """A programme whose classes nobody has claimed in yet."""

    program: int
    classes: int

    def class_id(self, number: int) -> UUID:
        """Return the id of one of its classes."""
        return bench_id(4, self.program * 1000 + number)

    def enrollment_id(self, person: int) -> UUID:
        """Return the id of the enrollment that `Field.fill` made for a person."""
        return bench_id(9, self.program * 1_000_000 + person)

    @property
    def wave_id(self) -> UUID:
        """Return the id of its wave."""
        return bench_id(3, self.program)


def bench_id(kind: int, number: int) -> UUID:
    """Return the id that `enrollment.bench_id` of field.sql makes."""
    return UUID(f"{kind:08x}-0000-7000-8000-{number:012x}")


class Field:
    """Makes grounds, and counts what was claimed on them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._numbers: Iterator[int] | None = None

    async def prepare(self, *, people: int = PEOPLE) -> None:
        """Create the functions, and people from the last that there is on.

        In chunks: a long write transaction would hold every feed up.
        """
        for name in ("one_claim.sql", "field.sql"):
            await self._connection.execute((_HERE / name).read_text())
        there = await self._connection.fetchval(
            "SELECT count(*) FROM enrollment.participant WHERE nik_key_id = 'bench'"
        )
        for start in range(there, people, _CHUNK):
            last = min(start + _CHUNK, people) - 1
            await self._connection.execute(f"CALL enrollment.bench_people({start}, {last})")
        await self._connection.execute("ANALYZE enrollment.participant")

    async def ground(
        self, *, classes: int, capacity: int = _ENDLESS, reserve: int = 0, terms: bool = False
    ) -> Ground:
        """Return a fresh ground; with `terms`, one with quotas and narrower eligibility."""
        ground = Ground(await self._next(), classes)
        await self._connection.execute(
            f"CALL enrollment.bench_program({ground.program}, {classes}, {capacity}, {reserve})"
        )
        if terms:
            await self._connection.execute(f"CALL enrollment.bench_terms({ground.program})")
        return ground

    async def _next(self) -> int:
        """Return the number of a programme that is not there; another part may have made some."""
        if self._numbers is None:
            there = await self._connection.fetchval(
                "SELECT count(*) FROM enrollment.program WHERE code LIKE 'BENCH-%'"
            )
            self._numbers = count(there + 1)
        return next(self._numbers)

    async def fill(self, ground: Ground, *, each: int) -> None:
        """Claim `each` places of every class for as many people, by the desk's own function.

        Raises:
            BenchError: when any claim is refused.
        """
        number = ground.classes * each
        for start in range(0, number, _CLAIMS_AT_ONCE):
            last = min(start + _CLAIMS_AT_ONCE, number) - 1
            granted = await self._connection.fetchval(
                "SELECT enrollment.bench_claims($1, $2, $3, $4)", ground.program, each, start, last
            )
            if granted != last + 1 - start:
                raise BenchError(f"{granted} of {last + 1 - start} claims were granted.")

    async def start(self, ground: Ground) -> None:
        """Let the hour of its classes have come."""
        await self._connection.execute(f"CALL enrollment.bench_start({ground.program})")

    async def complete(self, ground: Ground, *, facility_id: UUID) -> None:
        """Let everybody have completed, at a facility of the registry."""
        await self._connection.execute(
            f"CALL enrollment.bench_complete({ground.program}, '{facility_id}')"
        )

    async def analyze(self) -> None:
        """Let the tables of claims be tidied now, so that it is not beside what is measured."""
        for table in ("enrollment", "program_claim", "idempotency", "event", "class"):
            await self._connection.execute(f"VACUUM ANALYZE enrollment.{table}")

    async def claims(self, ground: Ground) -> int:
        """Return how many claims were granted on a ground."""
        found: int = await self._connection.fetchval(
            "SELECT count(*) FROM enrollment.enrollment WHERE program_id = $1",
            bench_id(2, ground.program),
        )
        return found

    async def oversold(self) -> int:
        """Return how many seats more were given than there are, on all grounds together."""
        found: int = await self._connection.fetchval(
            "SELECT coalesce(sum(greatest(0, greatest(e.seated, c.taken) - c.capacity)), 0)::int"
            " FROM enrollment.class c CROSS JOIN LATERAL (SELECT count(*) AS seated"
            " FROM enrollment.enrollment e WHERE e.class_id = c.id"
            " AND e.state IN ('SEATED', 'COMPLETED', 'DROPPED_OUT')) e"
        )
        return found


@asynccontextmanager
async def open_field(variables: dict[str, str]) -> AsyncIterator[Field]:
    """Yield the field on the stack's own database, as its owner.

    Raises:
        BenchError: when the stack does not run its own PostgreSQL.
    """
    await give_room(variables)
    connection = await connect_patiently(variables["ENROLLMENT_MIGRATION_URL"])
    try:
        field = Field(connection)
        await field.prepare()
        yield field
    finally:
        await connection.close()


async def write_out(variables: dict[str, str]) -> None:
    """Let what was made be written to disk now, so that it is not beside what is measured."""
    connection = await asyncpg.connect(plain(variables["BALAI_ADMIN_DATABASE_URL"]))
    try:
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def connect_patiently(url: str) -> asyncpg.Connection:
    """Return a connection that may stay idle while something else is measured."""
    return await asyncpg.connect(plain(url), server_settings={"idle_session_timeout": "0"})


async def give_room(variables: dict[str, str]) -> None:
    """Let checkpoints be as rare as in production, so that they disturb no slice more than others.

    For bench and production: max_wal_size of 4 GB and more.

    Raises:
        BenchError: when the stack does not run its own PostgreSQL.
    """
    if "BALAI_ADMIN_DATABASE_URL" not in variables:
        raise BenchError("The bench runs on the embedded PostgreSQL only.")
    connection = await asyncpg.connect(plain(variables["BALAI_ADMIN_DATABASE_URL"]))
    try:
        await connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


def plain(url: str) -> str:
    """Return a URL of SQLAlchemy as PostgreSQL's own tools read it."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)
