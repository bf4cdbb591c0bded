"""The import of participants against a bare COPY of the same rows by PostgreSQL, in turns."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import asyncpg
from rich.console import Console

from deploy.bench.field import connect_patiently, give_room, plain, write_out
from deploy.bench.figures import Bar, Figures
from deploy.bench.pace import Pace, until_quiet
from deploy.bench.people_files import bad_rows, people_file
from deploy.bench.registry_import import peak_of
from deploy.bench.registry_reads import Reader, ask, reader_of
from deploy.bench.stack import BenchError, Stack
from deploy.embedded.home import Home, children_of
from deploy.pilot.wire import Answer, Wire
from shared.schemas.jobs import JobRead, JobState

PEOPLE: Final = Bar("import of participants / indexed copy of the same rows", "x", 0.30)
STALL: Final = Bar("longest stall of the feeds while people are imported", "s", 1.0, most=True)
WEIGHT: Final = Bar("worker while it imports people, peak RSS", "MB", 300, most=True, digits=0)
LOST: Final = Bar("rows of files not accounted for, of people", "", 0, most=True, digits=0)
PEOPLE_BARS: Final = (PEOPLE, STALL, WEIGHT, LOST)

_POLL_S: Final = 0.1
_LOOK_S: Final = 0.05
_WITHIN_S: Final = 600.0
_PART: Final = 8 * 1024 * 1024
_LIKE: Final = """
CREATE TABLE enrollment.bench_{0} (LIKE enrollment.{0} INCLUDING ALL);
INSERT INTO enrollment.bench_{0} SELECT * FROM enrollment.{0}
"""
_PEOPLE_TABLE: Final = "participant"
# What an import writes, each since a moment.
_WRITTEN: Final = {
    _PEOPLE_TABLE: "SELECT * FROM enrollment.participant WHERE created_at >= $1",
    "identity_claim": "SELECT c.* FROM enrollment.participant p"
    " JOIN enrollment.identity_claim c ON c.nik_index = p.nik_index WHERE p.created_at >= $1",
    "event": "SELECT * FROM enrollment.event"
    " WHERE recorded_at >= $1 AND topic = 'enrollment.participant.registered'",
    "row_verdict": "SELECT v.* FROM enrollment.job j"
    " JOIN enrollment.row_verdict v ON v.job_id = j.id WHERE j.created_at >= $1",
}
_UNDER_WAY: Final = "SELECT count(*) FROM enrollment.job WHERE state IN ('QUEUED', 'RUNNING')"
_AREAS: Final = "SELECT code FROM enrollment.area_copy WHERE level = 'DISTRICT' ORDER BY code"
_OLDEST: Final = (
    "SELECT pg_snapshot_xmin(s)::text AS oldest, pg_snapshot_xmin(s) < pg_snapshot_xmax(s) AS busy"
    " FROM pg_current_snapshot() s"
)


@dataclass(slots=True)
class Horizon:
    """How long at most the horizon of the feeds stood still while somebody wrote."""

    longest_s: float = 0.0
    _oldest: str = field(default="", init=False)
    _since: float = field(default=0.0, init=False)

    def see(self, oldest: str, *, busy: bool, at: float) -> None:
        """Take in one look at the horizon."""
        if oldest != self._oldest or not busy:
            self._oldest, self._since = oldest, at
        self.longest_s = max(self.longest_s, at - self._since)


@asynccontextmanager
async def watch_horizon(url: str) -> AsyncIterator[Horizon]:
    """Yield what becomes the longest time that the horizon stood still."""
    connection = await connect_patiently(url)
    horizon = Horizon()

    async def look() -> None:
        while True:
            # Somebody else who writes: beside a lone writer nothing waits, so nothing is seen.
            await connection.execute("SELECT pg_current_xact_id()")
            seen = await connection.fetchrow(_OLDEST)
            horizon.see(seen["oldest"], busy=seen["busy"], at=time.monotonic())
            await asyncio.sleep(_LOOK_S)

    looking = asyncio.create_task(look())
    try:
        yield horizon
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await connection.close()


async def measure_people(
    stack: Stack, variables: dict[str, str], figures: Figures, console: Console, pace: Pace
) -> None:
    """Measure files of people and the same rows copied, in turns, then one very large file."""
    await give_room(variables)
    connection = await connect_patiently(variables["ENROLLMENT_MIGRATION_URL"])
    try:
        bench = _Bench(stack, variables, connection, figures)
        await bench.prepare()
        for number in range(1, pace.rounds + 1):
            console.print(f"People, round {number} of {pace.rounds} ...")
            await bench.measure(pace.people_rows)
        console.print(f"A file of {pace.people_most:,} people ...")
        await bench.measure(pace.people_most, beside=False)
    finally:
        await connection.close()


class _Bench:
    def __init__(
        self,
        stack: Stack,
        variables: dict[str, str],
        connection: asyncpg.Connection,
        figures: Figures,
    ) -> None:
        self._stack = stack
        self._variables = variables
        self._connection = connection
        self._figures = figures
        self._reader = Reader(variables["ENROLLMENT_URL"], reader_of(variables).token)
        self._districts: Sequence[str] = ()
        self._first = 0

    async def prepare(self) -> None:
        """Wait for the areas, and make the table that is copied into like that of participants."""
        ends_at = time.monotonic() + _WITHIN_S
        while not self._districts and time.monotonic() < ends_at:
            copied = await self._connection.fetchval(
                "SELECT count(*) FROM enrollment.area_level_copied"
            )
            if copied == len(("PROVINCE", "REGENCY", "DISTRICT", "VILLAGE")):
                self._districts = [row["code"] for row in await self._connection.fetch(_AREAS)]
            await asyncio.sleep(_POLL_S)
        if not self._districts:
            raise BenchError("Enrollment has not copied the areas.")
        for table in _WRITTEN:
            await self._connection.execute(_LIKE.format(table))

    async def measure(self, rows: int, *, beside: bool = True) -> None:
        """Import a file, then copy the rows that it made into a table with the same indexes."""
        await until_quiet(self._variables)
        await write_out(self._variables)
        began = await self._connection.fetchval("SELECT clock_timestamp()")
        worker = children_of(Home(self._stack.home)).get("enrollment-worker")
        if worker is None:
            raise BenchError("Enrollment's worker does not run.")
        url = self._variables["ENROLLMENT_DATABASE_URL"]
        async with watch_horizon(plain(url)) as horizon:
            with peak_of(worker) as peak:
                seconds = await self._import(rows)
        self._figures.add(STALL, horizon.longest_s)
        self._figures.add(WEIGHT, peak[0])
        self._figures.note(f"import of {rows:,} people, rows/s", rows / seconds)
        if beside:
            await self._until_idle()
            copied = {table: await self._copy_since(began, table) for table in _WRITTEN}
            alone, whole = copied[_PEOPLE_TABLE], sum(copied.values())
            self._figures.add(PEOPLE, alone / seconds)
            self._figures.note(f"indexed copy of {rows:,} people, rows/s", rows / alone)
            self._figures.note("import / indexed copy of all that it writes, x", whole / seconds)

    async def _import(self, rows: int) -> float:
        """Send a file in parts and return how long it took until every row had its verdict."""
        parts = _parts_of(people_file(self._districts, first=self._first, rows=rows))
        self._first += rows
        began = time.perf_counter()
        job = await self._bring(parts)
        seconds = time.perf_counter() - began
        result = job.result or {}
        bad = bad_rows(rows)
        lost = abs(rows - result.get("rows", 0)) + abs(bad - result.get("refused", 0))
        self._figures.add(LOST, lost + abs(rows - bad - result.get("created", 0)))
        if job.status is not JobState.SUCCEEDED:
            raise BenchError(f"The import ended as {job.status}: {job.error}")
        return seconds

    async def _bring(self, parts: Sequence[bytes]) -> JobRead:
        async with Wire(self._reader.origin, connections=1) as wire:
            made = await self._send(wire, "POST", "/v1/uploads", HTTPStatus.CREATED)
            upload = json.loads(made.body)["id"]
            for number, part in enumerate(parts):
                path = f"/v1/uploads/{upload}/parts/{number}"
                await self._send(wire, "PUT", path, HTTPStatus.NO_CONTENT, body=part)
            path = f"/v1/imports/participants?upload_id={upload}"
            answer = await self._send(wire, "POST", path, HTTPStatus.ACCEPTED)
            job = JobRead.model_validate_json(answer.body)
            ends_at = time.monotonic() + _WITHIN_S
            while job.status in (JobState.QUEUED, JobState.RUNNING) and time.monotonic() < ends_at:
                await asyncio.sleep(_POLL_S)
                answer = await ask(wire, self._reader, f"/v1/jobs/{job.id}")
                job = JobRead.model_validate_json(answer.body)
        return job

    async def _send(
        self, wire: Wire, method: str, path: str, status: HTTPStatus, *, body: bytes = b""
    ) -> Answer:
        headers = {
            "authorization": f"Bearer {self._reader.token}",
            "content-type": "text/csv",
            "idempotency-key": f"bench-people-{time.monotonic_ns()}",
        }
        answer = await wire.exchange(wire.encode(method, path, headers=headers, body=body))
        if answer.status != status:
            raise BenchError(f"{method} {path} was answered with {answer.status}.")
        return answer

    async def _until_idle(self) -> None:
        """Wait until no job is left: what compares the people must not slow the copy down."""
        ends_at = time.monotonic() + _WITHIN_S
        while await self._connection.fetchval(_UNDER_WAY):
            if time.monotonic() > ends_at:
                raise BenchError("The jobs of enrollment did not end.")
            await asyncio.sleep(_POLL_S)

    async def _copy_since(self, began: object, table: str) -> float:
        """Copy the rows that a table has got since then, and return how long that took."""
        rows = io.BytesIO()
        await self._connection.copy_from_query(_WRITTEN[table], began, output=rows)
        rows.seek(0)
        await until_quiet(self._variables)
        await write_out(self._variables)
        start = time.perf_counter()
        await self._connection.copy_to_table(
            f"bench_{table}", source=rows, schema_name="enrollment"
        )
        return time.perf_counter() - start


def _parts_of(content: Iterable[bytes]) -> list[bytes]:
    parts, held = list[bytes](), bytearray()
    for each in content:
        held += each
        if len(held) >= _PART:
            parts.append(bytes(held))
            held.clear()
    return [*parts, bytes(held)] if held else parts
