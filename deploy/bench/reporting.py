"""Reports, their confirmation, their freshness and their rebuild, at a million enrollments."""

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import asyncpg
import psutil
from rich.console import Console
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from deploy.bench.field import plain
from deploy.bench.figures import Bar, Figures
from deploy.bench.first_view import VIEW, measure_first_view
from deploy.bench.load import drive
from deploy.bench.pace import Pace, until_quiet
from deploy.bench.people_import import watch_horizon
from deploy.bench.postgres import run_script
from deploy.bench.registry_reads import HELLO, ask, enough, read_rate, reader_of
from deploy.bench.reporting_field import (
    EACH_WAVE,
    PROVINCES,
    keep_events,
    open_field,
    tell_events,
    wave_id,
)
from deploy.bench.stack import BenchError, Stack
from deploy.pilot.wire import Wire
from services.reporting.catalogue.rules import REPORTS
from services.reporting.questions.schemas import question_of
from services.reporting.reports.queries import Asked, parts_of, sums_of
from shared.clock import utc_now
from shared.schemas.jobs import JobRead, JobState
from shared.scope import NATIONAL

REPORT: Final = Bar("report from rollups / pgbench of the same SELECT", "x", 0.35)
SLOWEST: Final = Bar("report at 1,000,000 enrollments, p95", "ms", 50, most=True)
GROWN: Final = Bar("report at 5,000,000 enrollments / at 1,000,000", "x", 0.8)
CONFIRMED: Final = Bar("304 of a report / hello of the same app", "x", 0.65)
FOLLOWS: Final = Bar("event to figure at 2,000 events/s, p99", "s", 2.0, most=True)
REBUILD: Final = Bar("rebuild of 1,000,000 enrollments", "s", 60, most=True)
STALL: Final = Bar("longest stall of the feeds while figures are rebuilt", "s", 1.0, most=True)
IDLE: Final = Bar("1,000 idle dashboards, share of one core", "%", 5, most=True)
REPORTING_BARS: Final = (
    REPORT, SLOWEST, GROWN, CONFIRMED, FOLLOWS, REBUILD, STALL, IDLE, VIEW,
)  # fmt: skip

_REPORT: Final = "progress"
_PATIENT: Final = 240
_FEW_CONNECTIONS: Final = 2
_POLL_S: Final = 0.02
_WITHIN_S: Final = 900.0
_EVENTS_S: Final = 2_000
_BEAT_S: Final = 0.1
# The page of the dashboard looks this often when nothing moves.
_LOOKS_EVERY_S: Final = 10.0
_DASHBOARDS: Final = 1_000
_TURNS: Final = 3
_TOLD_WAVE: Final = 999_999
_SHOWN: Final = 20
_ASKED_WAVES: Final = 10
_DIFFERENT: Final = 10_000
_UNDER_WAY: Final = "SELECT count(*) FROM reporting.job WHERE state IN ('QUEUED', 'RUNNING')"


class _Bench:
    """One stack whose reporting is asked."""

    def __init__(
        self, stack: Stack, variables: dict[str, str], figures: Figures, pace: Pace
    ) -> None:
        self._stack = stack
        self._variables = variables
        self._figures = figures
        self._pace = pace
        self._reader = replace(reader_of(variables), origin=variables["REPORTING_URL"])
        self._url = variables["REPORTING_DATABASE_URL"]

    async def grow(self, first: int, last: int) -> None:
        """Let the ledger hold enrollments `first` until before `last` as well, and fold it."""
        connection = await open_field(plain(self._variables["REPORTING_MIGRATION_URL"]))
        try:
            await keep_events(connection, first, last)
            await self._rebuild(swap=True)
        finally:
            await connection.close()
        await self._settle()

    async def _settle(self) -> None:
        """Clear away what a rebuild has left, now: it would begin by itself beside the slices."""
        await self._until_idle()
        owner = await asyncpg.connect(plain(self._variables["REPORTING_MIGRATION_URL"]))
        try:
            await owner.execute("VACUUM ANALYZE")
        finally:
            await owner.close()

    async def measure_rebuild(self) -> None:
        """Fold the ledger anew beside the figures, which it must find equal."""
        async with watch_horizon(plain(self._url)) as horizon:
            began = time.perf_counter()
            result = await self._rebuild(swap=False)
            seconds = time.perf_counter() - began
        if result["differences"]:
            raise BenchError(f"The rebuild found {result['differences']} differences.")
        self._figures.add(REBUILD, seconds)
        self._figures.add(STALL, horizon.longest_s)
        self._figures.note("rebuild, events/s", result["entries"] / seconds)
        await self._settle()

    async def _until_idle(self) -> None:
        """Wait until no job of reporting waits or runs."""
        connection = await asyncpg.connect(plain(self._url))
        try:
            ends_at = time.monotonic() + _WITHIN_S
            while await connection.fetchval(_UNDER_WAY):
                if time.monotonic() > ends_at:
                    raise BenchError("The jobs of reporting did not end.")
                await asyncio.sleep(_POLL_S)
        finally:
            await connection.close()

    async def _rebuild(self, *, swap: bool) -> dict[str, Any]:
        body = json.dumps({"sources": ["enrollment"], "swap": swap})
        async with Wire(self._reader.origin, connections=1) as wire:
            key = f"bench-{time.monotonic_ns()}"
            answer = await wire.exchange(self._reader.post("/v1/rebuilds", body, key=key))
            if answer.status != HTTPStatus.ACCEPTED:
                raise BenchError(f"The rebuild was answered with {answer.status}.")
            job = JobRead.model_validate_json(answer.body)
            ends_at = time.monotonic() + _WITHIN_S
            while job.status in (JobState.QUEUED, JobState.RUNNING) and time.monotonic() < ends_at:
                await asyncio.sleep(_POLL_S)
                answer = await ask(wire, self._reader, f"/v1/jobs/{job.id}")
                job = JobRead.model_validate_json(answer.body)
        if job.status is not JobState.SUCCEEDED or job.result is None:
            raise BenchError(f"The rebuild ended as {job.status}: {job.error}")
        return job.result

    async def measure_reports(self) -> None:
        """Measure reports and confirmations in turn with PostgreSQL alone and with hello."""
        targets = _national_targets()
        reports = [self._reader.get(target) for target in targets]
        answered = await self._rate(reports, HTTPStatus.OK)
        alone = await _alone_rate(self._url, seconds=self._pace.slice_s)
        self._figures.add(REPORT, answered / alone)
        self._figures.note("reports, 1/s", answered)
        self._figures.note("the same SELECT by pgbench, 1/s", alone)
        known = await self._known(targets[:100])
        confirmed = await self._rate(known, HTTPStatus.NOT_MODIFIED)
        hello = await self._rate([self._reader.get(HELLO)], HTTPStatus.OK)
        self._figures.add(CONFIRMED, confirmed / hello)
        self._figures.note("confirmations, 1/s", confirmed)
        self._figures.note("hello, 1/s", hello)
        few = random.Random(2).choices(reports, k=_PATIENT)  # noqa: S311 - nobody's secrets
        patient = self._reader.load(few, connections=_FEW_CONNECTIONS, seconds=_WITHIN_S)
        result = await asyncio.to_thread(drive, patient)
        self._figures.add(SLOWEST, result.percentile_ms(0.95))

    async def against_hello(self, waves: int) -> float:
        """Return how many reports there are to one hello: what drifts cancels out."""
        reports = [self._reader.get(target) for target in _targets(waves)]
        answered = await self._rate(reports, HTTPStatus.OK)
        return answered / await self._rate([self._reader.get(HELLO)], HTTPStatus.OK)

    async def _rate(self, requests: Sequence[bytes], status: HTTPStatus) -> float:
        chance = random.Random(1)  # noqa: S311 - what is read is no secret
        many = chance.choices(requests, k=enough(self._pace.slice_s))
        result = await read_rate(self._reader, many, seconds=self._pace.slice_s, status=status)
        return result.rate

    async def _known(self, targets: Sequence[str]) -> list[bytes]:
        async with Wire(self._reader.origin, connections=1) as wire:
            answers = [await ask(wire, self._reader, target) for target in targets]
        return [
            self._reader.get(target, etag=answer.headers["etag"])
            for target, answer in zip(targets, answers, strict=True)
        ]

    async def measure_idle(self) -> None:
        """Measure what dashboards cost that look as often as the page does when nothing moves."""
        await until_quiet(self._variables)
        [known] = await self._known([f"/v1/reports/{_REPORT}"])
        alone, added = [], []
        for _ in range(_TURNS):
            alone.append(await self._load_of(self._stand_by()))
            added.append(await self._load_of(self._look(known)) - alone[-1])
        self._figures.add(IDLE, 100 * max(statistics.median(added), 0.0))
        self._figures.note(
            "the stack without any dashboard, % of one core", 100 * statistics.median(alone)
        )

    async def _stand_by(self) -> None:
        await asyncio.sleep(self._pace.lag_s)

    async def _look(self, known: bytes) -> None:
        pause = _LOOKS_EVERY_S / _DASHBOARDS
        async with Wire(self._reader.origin, connections=8) as wire:
            began = time.monotonic()
            for number in range(int(self._pace.lag_s / pause)):
                await asyncio.sleep(max(began + number * pause - time.monotonic(), 0))
                answer = await wire.exchange(known)
                if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
                    raise BenchError(f"A dashboard was answered with {answer.status}.")

    async def _load_of(self, doing: Any) -> float:  # noqa: ANN401 - a coroutine of ours
        """Return how much of one core the whole stack took meanwhile."""
        before, began = self._seconds(), time.monotonic()
        await doing
        after, passed = self._seconds(), time.monotonic() - began
        return sum(after[pid] - before[pid] for pid in before.keys() & after.keys()) / passed

    def _seconds(self) -> dict[int, float]:
        found = {}
        for member in self._stack.members():
            with suppress(psutil.NoSuchProcess):
                times = member.cpu_times()
                found[member.pid] = times.user + times.system
        return found

    async def measure_following(self, first: int) -> int:
        """Write events at a steady pace and look when the figure has each; return the next one."""
        await until_quiet(self._variables)
        told: list[tuple[float, int]] = []
        seen: list[tuple[float, int]] = []
        connection = await open_field(plain(self._variables["ENROLLMENT_MIGRATION_URL"]))
        try:
            base = await self._counted()
            looking = asyncio.create_task(self._watch(seen))
            each, began, number = int(_EVENTS_S * _BEAT_S), time.monotonic(), first
            for beat in range(int(self._pace.lag_s / _BEAT_S)):
                await asyncio.sleep(max(began + beat * _BEAT_S - time.monotonic(), 0))
                await tell_events(connection, number, number + each, wave=_TOLD_WAVE)
                number += each
                told.append((time.monotonic(), number - first))
            ends_at = time.monotonic() + _WITHIN_S
            while not seen or seen[-1][1] - base < number - first:
                if looking.done() or time.monotonic() > ends_at:
                    raise BenchError("The figures did not follow.")
                await asyncio.sleep(_POLL_S)
            looking.cancel()
        finally:
            await connection.close()
        lags = lags_of(told, [(at, count - base) for at, count in seen])
        self._figures.add(FOLLOWS, lags[int(0.99 * (len(lags) - 1))])
        return number

    async def _watch(self, seen: list[tuple[float, int]]) -> None:
        while True:
            count = await self._counted()
            seen.append((time.monotonic(), count))
            await asyncio.sleep(_POLL_S)

    async def _counted(self) -> int:
        """Return how many have a seat or wait in the wave that is told of."""
        async with Wire(self._reader.origin, connections=1) as wire:
            target = f"/v1/reports/funnel?wave={wave_id(_TOLD_WAVE)}&indicator=claims"
            answer = await ask(wire, self._reader, target)
        [row] = json.loads(answer.body)["rows"]
        count: int = row["numerator"]
        return count


def lags_of(told: Sequence[tuple[float, int]], seen: Sequence[tuple[float, int]]) -> list[float]:
    """Return for every beat how long the figure took to hold it, in order.

    `told`: when so many events were written in all; `seen`: when so many were counted.
    """
    lags = [next(at for at, count in seen if count >= number) - moment for moment, number in told]
    return sorted(max(lag, 0.0) for lag in lags)


def _targets(waves: int) -> list[str]:
    """Return reports of a wave in two provinces, as many whatever there is to be asked of.

    They are of waves all over the field, and more than a process keeps answers of.
    """
    chance = random.Random(3)  # noqa: S311 - what is read is no secret
    asked = range(0, waves, max(waves // _ASKED_WAVES, 1))
    each = _DIFFERENT // len(asked)
    return [
        f"/v1/reports/{_REPORT}?by=zone&wave={wave_id(wave)}&province={one},{other}"
        for wave in asked
        for one, other in (chance.sample(PROVINCES, 2) for _ in range(each))
    ]


def _national_targets() -> list[str]:
    """Return reports of the whole country but for some provinces, as many as there are ways."""
    chance = random.Random(4)  # noqa: S311 - what is read is no secret
    return [
        f"/v1/reports/{_REPORT}?by=province&province={','.join(chance.sample(PROVINCES, _SHOWN))}"
        for _ in range(5_000)
    ]


def report_statements() -> list[str]:
    """Return what the service asks PostgreSQL for a report of so many provinces."""
    report = REPORTS[_REPORT]
    given = {"by": ["province"], "province": [",".join(PROVINCES[:_SHOWN])]}
    question = question_of(report, given)
    asked = Asked(question, NATIONAL, utc_now())
    names = frozenset(name for each in question.shown(report) for name in each.sums)
    statements = [sums_of(cube, asked, names=held)[0] for cube, held in parts_of(names)]
    return [_text_of(each) for each in statements]


def _text_of(statement: Select[*tuple[Any, ...]]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's own
    compiled = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


async def _alone_rate(url: str, *, seconds: int) -> float:
    """Return the reports a second of PostgreSQL alone."""
    with tempfile.NamedTemporaryFile("w", suffix=".pgbench") as script:
        script.write("".join(f"{each};\n" for each in report_statements()))
        script.flush()
        rate, _ = await asyncio.to_thread(run_script, url, Path(script.name), {}, seconds=seconds)
        return rate


async def measure_reporting(
    stack: Stack, variables: dict[str, str], figures: Figures, console: Console, pace: Pace
) -> None:
    """Fill the ledger, fold it, and measure: first at the few, then at the many."""
    bench = _Bench(stack, variables, figures, pace)
    few, many = pace.ledger.few, pace.ledger.many
    console.print(f"Folding {few:,} enrollments ...")
    await bench.grow(0, few)
    waves = max(few // EACH_WAVE, 1)
    told = many
    ratios = []
    for number in range(1, pace.rounds + 1):
        console.print(f"Reports, round {number} of {pace.rounds} ...")
        await bench.measure_rebuild()
        await bench.measure_reports()
        ratios.append(await bench.against_hello(waves))
        await bench.measure_idle()
        await measure_first_view(variables["PUBLIC_URL"], figures)
        told = await bench.measure_following(told)
    console.print(f"Folding {many:,} enrollments ...")
    await until_quiet(variables)
    await bench.grow(few, many)
    for ratio in ratios:
        figures.add(GROWN, await bench.against_hello(max(many // EACH_WAVE, 1)) / ratio)
