"""The bars of the registry: pages, searches, a workbook, and rivals for one space."""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from http import HTTPStatus
from typing import Final

from rich.console import Console
from rich.progress import Progress

from deploy.bench.field import write_out
from deploy.bench.figures import Bar, Figures
from deploy.bench.pace import Pace, until_quiet
from deploy.bench.registry_bookings import booking_body, rival_bookings
from deploy.bench.registry_field import RegistryField, open_registry_field
from deploy.bench.registry_import import facilities_workbook, import_workbook
from deploy.bench.registry_reads import (
    HELLO,
    PAGE,
    Pages,
    Reader,
    alone_rate,
    enough,
    find_pages,
    read_rate,
    reader_of,
)
from deploy.bench.registry_search import free_targets, name_targets, nearest_targets, search
from deploy.bench.stack import BenchError, Stack
from shared.clock import ledger_day, utc_now

_NAMES: Final = 500
_TRIES: Final = 4
_DISTRICTS: Final = 1_000

PAGES: Final = Bar("page of 50 facilities / pgbench of the same JSON", "x", 0.20)
UNCHANGED: Final = Bar("304 of a page of facilities / hello of the same app", "x", 0.65)
NEAREST: Final = Bar("nearest 20 facilities, p95", "ms", 30, most=True, digits=1)
NAMED: Final = Bar("facilities by name, p95", "ms", 30, most=True, digits=1)
FREE: Final = Bar("free slots over the largest province, p95", "ms", 150, most=True, digits=1)
IMPORT: Final = Bar("5,000 facilities from XLSX", "s", 10.0, most=True)
IMPORT_MEMORY: Final = Bar("worker while it imports, peak RSS", "MB", 300, most=True, digits=0)
WINNERS: Final = Bar("bookings that won one slot beyond the first, of 50 at once", "", 0, most=True)
REGISTRY_BARS: Final = (
    PAGES,
    UNCHANGED,
    NEAREST,
    NAMED,
    FREE,
    IMPORT,
    IMPORT_MEMORY,
    WINNERS,
)


async def measure_registry(
    stack: Stack, variables: dict[str, str], figures: Figures, console: Console, pace: Pace
) -> None:
    """Measure what reads in turns, then what writes; all of it loads this machine only."""
    today = ledger_day(utc_now())
    async with open_registry_field(variables) as field:
        await _prepare(field, figures, console, pace, today)
        await write_out(variables)
        bench = _Bench(variables, field, figures, pace, today)
        await bench.open()
        for number in range(1, pace.rounds + 1):
            console.print(f"Registry, round {number} of {pace.rounds} ...")
            await until_quiet(variables)
            await bench.measure_pages()
            await bench.measure_searches(number)
            await bench.measure_rivals(number)
        for number in range(1, pace.rounds + 1):
            console.print(f"Workbook {number} of {pace.rounds} ...")
            await until_quiet(variables)
            await bench.measure_import(stack, number)


async def _prepare(
    field: RegistryField, figures: Figures, console: Console, pace: Pace, today: date
) -> None:
    began = time.monotonic()
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Making facilities and bookings", total=pace.extent.bookings)
        await field.prepare(
            pace.extent,
            today=today,
            advance=lambda done, total: progress.update(bar, completed=done, total=total),
        )
    figures.note("registry field made, s", time.monotonic() - began)


class _Bench:
    """The measurements of one round."""

    def __init__(
        self,
        variables: dict[str, str],
        field: RegistryField,
        figures: Figures,
        pace: Pace,
        today: date,
    ) -> None:
        self._variables = variables
        self._field = field
        self._figures = figures
        self._pace = pace
        self._today = today
        self._reader = reader_of(variables)
        self._names: Sequence[str] = ()
        self._province = ""

    async def open(self) -> None:
        """Read what all rounds go by."""
        self._names = await self._field.names(number=_NAMES)
        self._province = await self._field.largest_province()

    async def measure_pages(self) -> None:
        """Measure hello, PostgreSQL alone, pages and 304s, one after the other."""
        reader, seconds = self._reader, self._pace.slice_s
        number = self._pace.extent.facilities // PAGE - 1
        pages = await find_pages(reader, number=number)
        alone = await self._alone(number)
        whole = await self._rate(pages, known=False, status=HTTPStatus.OK)
        hello = await self._hello(reader, seconds)
        unchanged = await self._unchanged(number)
        self._figures.add(PAGES, whole / alone)
        self._figures.add(UNCHANGED, unchanged / hello)
        self._figures.note("pgbench, pages of 50 facilities/s", alone)
        self._figures.note("over HTTP, 32 connections, pages of 50 facilities/s", whole)
        self._figures.note("over HTTP, 32 connections, hello/s", hello)
        self._figures.note("over HTTP, 32 connections, 304/s", unchanged)

    async def _alone(self, number: int) -> float:
        url = self._variables["REGISTRY_DATABASE_URL"]
        return await alone_rate(url, pages=number, seconds=self._pace.slice_s)

    async def _unchanged(self, number: int) -> float:
        """Return how many pages a second are confirmed; asked again when the log moved meanwhile.

        The mark of the log also moves once when a transaction ends that had held the horizon back,
        that of an ANALYZE for one.
        """
        for _ in range(_TRIES - 1):
            pages = await find_pages(self._reader, number=number)
            with suppress(BenchError):
                return await self._rate(pages, known=True, status=HTTPStatus.NOT_MODIFIED)
        pages = await find_pages(self._reader, number=number)
        return await self._rate(pages, known=True, status=HTTPStatus.NOT_MODIFIED)

    async def _hello(self, reader: Reader, seconds: int) -> float:
        requests = [reader.get(HELLO)] * enough(seconds)
        return (await read_rate(reader, requests, seconds=seconds, status=HTTPStatus.OK)).rate

    async def _rate(self, pages: Pages, *, known: bool, status: HTTPStatus) -> float:
        seconds = self._pace.slice_s
        requests = pages.requests(self._reader, known=known, number=enough(seconds))
        return (await read_rate(self._reader, requests, seconds=seconds, status=status)).rate

    async def measure_searches(self, seed: int) -> None:
        """Measure how long searches take; no two rounds ask the same."""
        number = self._pace.searches
        targets = {
            NEAREST: nearest_targets(number=number, seed=seed),
            NAMED: name_targets(self._names, number=number, seed=seed),
            FREE: free_targets(self._province, today=self._today, number=number, seed=seed),
        }
        for bar, asked in targets.items():
            result = await search(self._reader, asked)
            self._figures.add(bar, result.percentile_ms(0.95))
            self._figures.note(
                f"{bar.name.removesuffix(', p95')}, median ms", result.percentile_ms(0.5)
            )

    async def measure_rivals(self, attempt: int) -> None:
        """Let fifty want one space, and hold what they were told against what is there."""
        space = await self._field.bookable_space()
        body = booking_body(space, today=self._today, attempt=attempt)
        bookings, told = await rival_bookings(self._reader, body, attempt=attempt)
        won = await self._field.slots_won(bookings)
        self._figures.add(WINNERS, max(abs(told - 1), abs(won - 1)))

    async def measure_import(self, stack: Stack, attempt: int) -> None:
        """Bring facilities in that are not there yet."""
        districts = await self._field.districts(number=_DISTRICTS)
        rows = self._pace.import_rows
        workbook = facilities_workbook(districts, rows=rows, label=str(attempt))
        imported = await import_workbook(self._reader, workbook, home=stack.home, rows=rows)
        self._figures.add(IMPORT, imported.seconds)
        self._figures.add(IMPORT_MEMORY, imported.peak_mb)
