"""Whether a million enrollments are as fast as ten thousand: two stacks, asked in turns."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from rich.console import Console

from deploy.bench.claims import claim_rate, counter_of
from deploy.bench.field import CLASSES, PEOPLE, Field, Ground, bench_id, open_field, write_out
from deploy.bench.figures import Bar, Figures
from deploy.bench.pace import Pace, until_quiet
from deploy.bench.registry_reads import Reader, enough, enrollment_reader, read_rate
from deploy.bench.stack import Stack, throwaway_stack

CLAIMS: Final = Bar("claims at 1,000,000 enrollments / at 10,000", "x", 0.8)
PAGES: Final = Bar("page of 50 enrollments at 1,000,000 / at 10,000", "x", 0.8)
PERSON: Final = Bar("one person by id at 1,000,000 enrollments / at 10,000", "x", 0.8)
REPORT: Final = Bar("report of a wave at 1,000,000 enrollments / at 10,000", "x", 0.8)
FLAT_BARS: Final = (CLAIMS, PAGES, PERSON, REPORT)

_EACH: Final = 500
# A million events beside what else a small machine does.
_FOLDED_WITHIN_S: Final = 600.0
_CONNECTIONS: Final = 32
_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two stacks, and what stands in it."""

    name: str
    variables: dict[str, str]
    field: Field
    grounds: Sequence[Ground]

    @property
    def reader(self) -> Reader:
        """Somebody who asks its enrollment."""
        return enrollment_reader(self.variables)


def measure_flat(figures: Figures, console: Console, pace: Pace) -> None:
    """Start two stacks beside each other, fill one a little and one much, and measure in turns."""
    with throwaway_stack() as few, throwaway_stack() as many:
        console.print("Starting two stacks ...")
        few.start()
        many.start()
        asyncio.run(_measure(few, many, figures, console, pace))


async def _measure(few: Stack, many: Stack, figures: Figures, console: Console, pace: Pace) -> None:
    async with AsyncExitStack() as fields:
        sides = []
        for stack, number in ((few, pace.standing.few), (many, pace.standing.many)):
            field = await fields.enter_async_context(open_field(stack.variables()))
            console.print(f"Making {number:,} enrollments ...")
            sides.append(await _filled(stack.variables(), field, figures, number))
        for number in range(1, pace.rounds + 1):
            console.print(f"Few and many, round {number} of {pace.rounds} ...")
            for bar, measure in (
                (CLAIMS, _claims),
                (PAGES, _pages),
                (PERSON, _person),
                (REPORT, _report),
            ):
                small, large = [await measure(side, pace) for side in sides]
                figures.add(bar, large / small)
                for side, rate in zip(sides, (small, large), strict=True):
                    figures.note(f"{bar.name.partition(' at ')[0]}, {side.name}, 1/s", rate)


async def _filled(variables: dict[str, str], field: Field, figures: Figures, number: int) -> _Side:
    """Fill a field with `number` enrollments, 500 to a class, 100,000 to a programme."""
    began = time.monotonic()
    grounds = []
    for start in range(0, number, CLASSES * _EACH):
        classes = min(CLASSES, (number - start) // _EACH)
        ground = await field.ground(classes=classes, capacity=_EACH)
        await field.fill(ground, each=_EACH)
        grounds.append(ground)
    await field.analyze()
    await until_quiet(variables, within_s=_FOLDED_WITHIN_S)
    await write_out(variables)
    figures.note(f"{number:,} enrollments made and folded, s", time.monotonic() - began)
    return _Side(f"{number:,} enrollments", variables, field, grounds)


async def _claims(side: _Side, pace: Pace) -> float:
    ground = await side.field.ground(classes=CLASSES)
    result = await asyncio.to_thread(
        claim_rate,
        counter_of(side.variables),
        ground,
        connections=_CONNECTIONS,
        seconds=pace.slice_s,
    )
    await until_quiet(side.variables)
    return result.rate


async def _pages(side: _Side, pace: Pace) -> float:
    classes = [
        ground.class_id(number) for ground in side.grounds for number in range(ground.classes)
    ]
    return await _rate(
        side.reader, [f"/v1/classes/{each}/enrollments?limit={_PAGE}" for each in classes], pace
    )


async def _person(side: _Side, pace: Pace) -> float:
    people = random.Random(1).sample(range(PEOPLE), 2_000)  # noqa: S311 - nobody's secrets
    return await _rate(
        side.reader, [f"/v1/participants/{bench_id(1, each)}" for each in people], pace
    )


async def _report(side: _Side, pace: Pace) -> float:
    reader = replace(side.reader, origin=side.variables["REPORTING_URL"])
    targets = [f"/v1/reports/funnel?wave={ground.wave_id}" for ground in side.grounds]
    return await _rate(reader, targets, pace)


async def _rate(reader: Reader, targets: Sequence[str], pace: Pace) -> float:
    """Return the answers a second to these requests, by chance, over 32 connections."""
    each = [reader.get(target) for target in targets]
    requests = random.Random(1).choices(each, k=enough(pace.slice_s))  # noqa: S311 - no secret
    result = await read_rate(reader, requests, seconds=pace.slice_s, status=HTTPStatus.OK)
    return result.rate
