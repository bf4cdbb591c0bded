"""`balai bench`: measure the speed bars in one interleaved run on a stack of its own."""

import asyncio
import json
import os
import statistics
import time
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import psutil
from rich.console import Console
from rich.table import Table

from deploy.audit.databases import DATABASES, snapshots_of
from deploy.audit.quiet import logs_behind
from deploy.bench import postgres
from deploy.bench.claims import Counter, claim_rate, counter_of, measure_lag, race
from deploy.bench.field import CLASSES, Field, Ground, open_field, plain
from deploy.bench.fold import EVENTS_A_ROUND, fold_database, measure_fold, read_events
from deploy.bench.stack import BenchError, Stack, throwaway_stack

# Slices are short and take turns: only what ran side by side may be divided by one another.
_SLICE_S: Final = 4
_LAG_S: Final = 10
_CONNECTIONS: Final = (32, 128)
_IDLE_AFTER_S: Final = 8.0
_QUIET_WITHIN_S: Final = 60.0
_QUIET_POLL_S: Final = 0.2
_RACE_SEATS: Final = 500
_RACE_RESERVE: Final = 100
_RACE_CLAIMS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure is held to: at least, or with `most`, at most."""

    name: str
    unit: str
    bar: float
    most: bool = False
    digits: int = 2

    def is_met(self, value: float) -> bool:
        """Tell whether a value is on the right side."""
        return value <= self.bar if self.most else value >= self.bar


SPREAD_32: Final = Bar("enroll, spread over 200 classes, 32 connections / pgbench", "x", 0.4)
SPREAD_128: Final = Bar("enroll, spread over 200 classes, 128 connections / pgbench", "x", 0.6)
HOT_32: Final = Bar("enroll, one hot class, 32 connections / pgbench hot", "x", 1.2)
HOT_128: Final = Bar("enroll, one hot class, 128 connections / pgbench hot", "x", 1.8)
FOLD: Final = Bar("fold in batches / one event a transaction", "x", 50, digits=0)
LAG: Final = Bar("event to figure under full load, p99", "s", 2.0, most=True)
OVERSOLD: Final = Bar("oversold seats", "", 0, most=True, digits=0)
START: Final = Bar("start on an existing home", "s", 10.0, most=True)
MEMORY: Final = Bar("idle memory of the whole stack, summed PSS", "MB", 900.0, most=True, digits=0)
BARS: Final = (
    SPREAD_32,
    SPREAD_128,
    HOT_32,
    HOT_128,
    FOLD,
    LAG,
    OVERSOLD,
    START,
    MEMORY,
)


@dataclass(slots=True)
class Figures:
    """What was measured: by bar one value a round, and absolute numbers beside them."""

    rounds: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, list[float]] = field(default_factory=dict)

    def add(self, bar: Bar, value: float) -> None:
        """Keep one measured value."""
        self.rounds.setdefault(bar.name, []).append(value)

    def note(self, name: str, value: float) -> None:
        """Keep an absolute number: good to read, not to compare between machines."""
        self.notes.setdefault(name, []).append(round(value, 3))

    def median(self, bar: Bar) -> float | None:
        """Return the median of the rounds, None when it was not measured."""
        values = self.rounds.get(bar.name)
        return statistics.median(values) if values else None

    def as_json(self) -> dict[str, Any]:
        """Return everything as `--json` writes it."""
        return {
            "machine": machine(),
            "figures": [
                {
                    **asdict(bar),
                    "value": self.median(bar),
                    "rounds": self.rounds.get(bar.name, []),
                }
                for bar in BARS
            ],
            "absolute": self.notes,
        }


def machine() -> dict[str, Any]:
    """Return how large the machine is that was measured on."""
    memory_gb = psutil.virtual_memory().total / 2**30
    return {"cores": os.cpu_count(), "memory_gib": round(memory_gb, 1)}


def run(json_file: Path | None = None, rounds: int = 3) -> int:
    """Measure and print; return 1 when a seat was oversold.

    A figure below its bar is printed as such and is no failure: machines differ.
    """
    console = Console(highlight=False)
    figures = Figures()
    with throwaway_stack() as stack:
        _measure_start(stack, figures, console)
        asyncio.run(_measure(stack.variables(), figures, console, rounds))
    show(figures, console)
    if json_file is not None:
        json_file.write_text(json.dumps(figures.as_json(), indent=1))
    return 0 if OVERSOLD.is_met(figures.median(OVERSOLD) or 0) else 1


def _measure_start(stack: Stack, figures: Figures, console: Console) -> None:
    """Start in an empty home, then again in the one that exists, and weigh the idle stack."""
    console.print("Starting a stack in an empty home ...")
    figures.note("start in an empty home, s", stack.start())
    stack.stop()
    console.print("Starting it again ...")
    figures.add(START, stack.start())
    time.sleep(_IDLE_AFTER_S)
    weight = stack.weight_mb()
    if weight is not None:
        figures.add(MEMORY, weight)


async def _measure(
    variables: dict[str, str], figures: Figures, console: Console, rounds: int
) -> None:
    console.print("Making people and programmes ...")
    async with open_field(variables) as ground:
        bench = _Bench(variables, ground, counter_of(variables), figures)
        for number in range(1, rounds + 1):
            console.print(f"Round {number} of {rounds} ...")
            await bench.measure_claims(classes=CLASSES, bars=(SPREAD_32, SPREAD_128))
            await bench.measure_claims(classes=1, bars=(HOT_32, HOT_128))
            await bench.measure_race()
            await bench.measure_lag()
        figures.add(OVERSOLD, await ground.oversold())
    console.print("Folding ...")
    await _measure_fold(variables, figures, rounds)


class _Bench:
    """The measurements that take turns in one round."""

    def __init__(
        self, variables: dict[str, str], field_: Field, counter: Counter, figures: Figures
    ) -> None:
        self._variables = variables
        self._field = field_
        self._counter = counter
        self._figures = figures

    async def measure_claims(self, *, classes: int, bars: tuple[Bar, Bar]) -> None:
        """Measure PostgreSQL alone, then the desk over few and over many connections."""
        kind = "hot" if classes == 1 else "spread"
        alone = await self._alone(classes)
        self._figures.note(f"pgbench, {kind}, claims/s", alone)
        for bar, connections in zip(bars, _CONNECTIONS, strict=True):
            ground = await self._field.ground(classes=classes)
            result = await asyncio.to_thread(
                claim_rate, self._counter, ground, connections=connections, seconds=_SLICE_S
            )
            await self._check(ground, len(result.latencies_s))
            self._figures.add(bar, result.rate / alone)
            name = f"over HTTP, {kind}, {connections} connections"
            self._figures.note(f"{name}, claims/s", result.rate)
            self._figures.note(f"{name}, p99 ms", result.percentile_ms(0.99))
            await self._quiet()

    async def _alone(self, classes: int) -> float:
        """Return the claims a second of PostgreSQL without any service before it."""
        ground = await self._field.ground(classes=classes)
        rate, made = await asyncio.to_thread(
            postgres.claim_rate,
            self._variables["ENROLLMENT_DATABASE_URL"],
            ground,
            seconds=_SLICE_S,
        )
        await self._check(ground, made)
        await self._quiet()
        return rate

    async def _check(self, ground: Ground, acknowledged: int) -> None:
        """Hold what was acknowledged against what is there.

        Raises:
            BenchError: when a claim was answered that is not there, or refused.
        """
        made = await self._field.claims(ground)
        if made != acknowledged:
            raise BenchError(f"{acknowledged} claims were answered, {made} are there.")

    async def measure_race(self) -> None:
        """Let thousands claim the seats of one class, and count what was given away."""
        ground = await self._field.ground(classes=1, capacity=_RACE_SEATS, reserve=_RACE_RESERVE)
        result = await asyncio.to_thread(
            race, self._counter, ground, connections=_CONNECTIONS[-1], number=_RACE_CLAIMS
        )
        given = result.statuses[HTTPStatus.CREATED]
        if given != _RACE_SEATS + _RACE_RESERVE or given != await self._field.claims(ground):
            raise BenchError(f"{given} places were given in a class of {_RACE_SEATS}.")
        self._figures.add(OVERSOLD, await self._field.oversold())
        self._figures.note("last seats, 128 connections, answers/s", result.rate)
        await self._quiet()

    async def measure_lag(self) -> None:
        """Measure how far the figures stay behind when claims come as fast as can be."""
        ground = await self._field.ground(classes=CLASSES)
        lag, result = await measure_lag(
            self._variables, self._counter, ground, connections=_CONNECTIONS[-1], seconds=_LAG_S
        )
        self._figures.add(LAG, lag.p99_s)
        self._figures.note("event to figure, median s", lag.median_s)
        self._figures.note("claims/s while figures were watched", result.rate)

    async def _quiet(self) -> None:
        """Wait until the figures have followed, so that no slice pays for the one before.

        Raises:
            BenchError: when they have not after a minute.
        """
        urls = {name: plain(self._variables[f"{name.upper()}_DATABASE_URL"]) for name in DATABASES}
        for _ in range(int(_QUIET_WITHIN_S / _QUIET_POLL_S)):
            async with snapshots_of(urls) as snapshots:
                if not await logs_behind(snapshots):
                    return
            await asyncio.sleep(_QUIET_POLL_S)
        raise BenchError("The figures did not follow within a minute.")


async def _measure_fold(variables: dict[str, str], figures: Figures, rounds: int) -> None:
    events = await read_events(variables, number=rounds * EVENTS_A_ROUND)
    if len(events) < rounds * EVENTS_A_ROUND:
        raise BenchError("There are not enough events to fold.")
    async with fold_database(variables) as sessions:
        for start in range(0, len(events), EVENTS_A_ROUND):
            rates = await measure_fold(sessions, events[start : start + EVENTS_A_ROUND])
            figures.add(FOLD, rates.ratio)
            figures.note("fold in batches of 1,000, events/s", rates.batched)
            figures.note("fold one a transaction, events/s", rates.single)


def show(figures: Figures, console: Console) -> None:
    """Print every figure beside its bar, then the absolute numbers."""
    size = machine()
    table = Table(title=f"{size['cores']} cores, {size['memory_gib']} GiB", title_style="bold")
    table.add_column("figure")
    table.add_column("median", justify="right")
    table.add_column("bar", justify="right")
    table.add_column("")
    for bar in BARS:
        value = figures.median(bar)
        if value is None:
            table.add_row(bar.name, "-", _written(bar, bar.bar), "not measured here")
        else:
            met = "[green]met[/]" if bar.is_met(value) else "[red]not met[/]"
            sign = "<=" if bar.most else ">="
            table.add_row(bar.name, _written(bar, value), f"{sign} {_written(bar, bar.bar)}", met)
    console.print(table)
    for name, values in figures.notes.items():
        console.print(f"  {name}: {statistics.median(values):,.1f}", soft_wrap=True)


def _written(bar: Bar, value: float) -> str:
    return f"{value:,.{bar.digits}f} {bar.unit}".rstrip()
