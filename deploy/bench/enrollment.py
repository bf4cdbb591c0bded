"""The bars of enrollment and of the figures: claims, the last seats, lag, folding."""

import asyncio
from http import HTTPStatus
from typing import Final

from rich.console import Console

from deploy.bench import postgres
from deploy.bench.claims import Counter, claim_rate, counter_of, measure_lag, race
from deploy.bench.field import CLASSES, Field, Ground, open_field
from deploy.bench.figures import Bar, Figures
from deploy.bench.fold import fold_database, measure_fold, read_events
from deploy.bench.load import Result
from deploy.bench.pace import Pace, until_quiet
from deploy.bench.stack import BenchError

_CONNECTIONS: Final = (32, 128)
_RACE_SEATS: Final = 500
_RACE_RESERVE: Final = 100
_RACE_CLAIMS: Final = 3_000

SPREAD_32: Final = Bar("enroll, spread over 200 classes, 32 connections / pgbench", "x", 0.4)
SPREAD_128: Final = Bar("enroll, spread over 200 classes, 128 connections / pgbench", "x", 0.6)
HOT_32: Final = Bar("enroll, one hot class, 32 connections / pgbench hot", "x", 1.2)
HOT_128: Final = Bar("enroll, one hot class, 128 connections / pgbench hot", "x", 1.8)
SPREAD_32_TERMS: Final = Bar("the same with quotas and terms, spread, 32 connections", "x", 0.4)
SPREAD_128_TERMS: Final = Bar("the same with quotas and terms, spread, 128 connections", "x", 0.6)
HOT_32_TERMS: Final = Bar("the same with quotas and terms, hot, 32 connections", "x", 1.2)
HOT_128_TERMS: Final = Bar("the same with quotas and terms, hot, 128 connections", "x", 1.8)
FOLD: Final = Bar("fold in batches / one event a transaction", "x", 50, digits=0)
LAG: Final = Bar("event to figure under full load, p99", "s", 2.0, most=True)
OVERSOLD: Final = Bar("oversold seats", "", 0, most=True, digits=0)
_PLAIN: Final = {CLASSES: (SPREAD_32, SPREAD_128), 1: (HOT_32, HOT_128)}
_TERMS: Final = {CLASSES: (SPREAD_32_TERMS, SPREAD_128_TERMS), 1: (HOT_32_TERMS, HOT_128_TERMS)}
ENROLLMENT_BARS: Final = (
    *_PLAIN[CLASSES],
    *_PLAIN[1],
    *_TERMS[CLASSES],
    *_TERMS[1],
    FOLD,
    LAG,
    OVERSOLD,
)


async def measure_enrollment(
    variables: dict[str, str], figures: Figures, console: Console, pace: Pace
) -> None:
    """Measure claims against PostgreSQL alone in turns, then folding."""
    console.print("Making people and programmes ...")
    async with open_field(variables) as ground:
        bench = _Bench(variables, ground, counter_of(variables), figures, pace)
        for number in range(1, pace.rounds + 1):
            console.print(f"Enrollment, round {number} of {pace.rounds} ...")
            await bench.measure_claims(classes=CLASSES)
            await bench.measure_claims(classes=1)
            await bench.measure_race()
            await bench.measure_lag()
        figures.add(OVERSOLD, await ground.oversold())
    console.print("Folding ...")
    await _measure_fold(variables, figures, pace)


class _Bench:
    """The measurements that take turns in one round."""

    def __init__(
        self,
        variables: dict[str, str],
        field_: Field,
        counter: Counter,
        figures: Figures,
        pace: Pace,
    ) -> None:
        self._pace = pace
        self._variables = variables
        self._field = field_
        self._counter = counter
        self._figures = figures

    async def measure_claims(self, *, classes: int) -> None:
        """Measure PostgreSQL alone, then the desk over few and over many connections.

        Once where whoever comes is seated, once where quotas are weighed and counted for each
        claim. PostgreSQL alone has no quotas in either case: it runs the function for one claim.
        """
        kind = "hot" if classes == 1 else "spread"
        alone = await self._alone(classes)
        self._figures.note(f"pgbench, {kind}, claims/s", alone)
        for terms, bars in ((False, _PLAIN[classes]), (True, _TERMS[classes])):
            name = f"over HTTP, {kind}, with quotas" if terms else f"over HTTP, {kind}"
            for bar, connections in zip(bars, _CONNECTIONS, strict=True):
                ground = await self._field.ground(classes=classes, terms=terms)
                result = await self._over_http(ground, connections)
                self._figures.add(bar, result.rate / alone)
                figure = f"{name}, {connections} connections"
                self._figures.note(f"{figure}, claims/s", result.rate)
                self._figures.note(f"{figure}, p99 ms", result.percentile_ms(0.99))

    async def _over_http(self, ground: Ground, connections: int) -> Result:
        """Return what came of claims on one ground, each of which is there."""
        result = await asyncio.to_thread(
            claim_rate,
            self._counter,
            ground,
            connections=connections,
            seconds=self._pace.slice_s,
        )
        await self._check(ground, len(result.latencies_s))
        await until_quiet(self._variables)
        return result

    async def _alone(self, classes: int) -> float:
        """Return the claims a second of PostgreSQL without any service before it."""
        ground = await self._field.ground(classes=classes)
        rate, made = await asyncio.to_thread(
            postgres.claim_rate,
            self._variables["ENROLLMENT_DATABASE_URL"],
            ground,
            seconds=self._pace.slice_s,
        )
        await self._check(ground, made)
        await until_quiet(self._variables)
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
        await until_quiet(self._variables)

    async def measure_lag(self) -> None:
        """Measure how far the figures stay behind when claims come as fast as can be."""
        ground = await self._field.ground(classes=CLASSES)
        lag, result = await measure_lag(
            self._variables,
            self._counter,
            ground,
            connections=_CONNECTIONS[-1],
            seconds=self._pace.lag_s,
        )
        self._figures.add(LAG, lag.p99_s)
        self._figures.note("event to figure, median s", lag.median_s)
        self._figures.note("claims/s while figures were watched", result.rate)


async def _measure_fold(variables: dict[str, str], figures: Figures, pace: Pace) -> None:
    a_round = pace.fold.number
    events = await read_events(variables, number=pace.rounds * a_round)
    if len(events) < pace.rounds * a_round:
        raise BenchError("There are not enough events to fold.")
    async with fold_database(variables) as sessions:
        for start in range(0, len(events), a_round):
            rates = await measure_fold(
                sessions, events[start : start + a_round], single=pace.fold.single
            )
            figures.add(FOLD, rates.ratio)
            figures.note("fold in batches of 1,000, events/s", rates.batched)
            figures.note("fold one a transaction, events/s", rates.single)
