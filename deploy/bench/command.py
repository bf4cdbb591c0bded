"""`balai bench`: measure the speed bars in one interleaved run on a stack of its own."""

import asyncio
import json
import time
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Final

from rich.console import Console

from deploy.bench.enrollment import ENROLLMENT_BARS, OVERSOLD, measure_enrollment
from deploy.bench.figures import Bar, Figures, show
from deploy.bench.flat import FLAT_BARS, measure_flat
from deploy.bench.pace import Pace, Scale, pace_of
from deploy.bench.people_import import LOST, PEOPLE_BARS, measure_people
from deploy.bench.people_search import SEARCH_BARS, measure_search
from deploy.bench.registry import REGISTRY_BARS, WINNERS, measure_registry
from deploy.bench.reporting import REPORTING_BARS, measure_reporting
from deploy.bench.stack import Stack, throwaway_stack
from deploy.bench.training import TRAINING_BARS, measure_training

_IDLE_AFTER_S: Final = 8.0

START: Final = Bar("start on an existing home", "s", 10.0, most=True)
MEMORY: Final = Bar("idle memory of the whole stack, summed PSS", "MB", 900.0, most=True, digits=0)


class Part(StrEnum):
    """What can be measured by itself."""

    STACK = "stack"
    ENROLLMENT = "enrollment"
    TRAINING = "training"
    REGISTRY = "registry"
    IMPORT = "import"
    SEARCH = "search"
    REPORTING = "reporting"
    FLAT = "flat"


BARS: Final = {
    Part.ENROLLMENT: ENROLLMENT_BARS,
    Part.TRAINING: TRAINING_BARS,
    Part.REGISTRY: REGISTRY_BARS,
    Part.IMPORT: PEOPLE_BARS,
    Part.SEARCH: SEARCH_BARS,
    Part.REPORTING: REPORTING_BARS,
    Part.FLAT: FLAT_BARS,
    Part.STACK: (START, MEMORY),
}


def run(
    json_file: Path | None = None,
    *,
    only: Collection[Part] = (),
    scale: Scale = Scale.FULL,
    rounds: int = 3,
) -> int:
    """Measure and print; return 1 when a seat was oversold, a space given twice or a row lost.

    A figure below its bar is printed as such and is no failure: machines differ. `only` names the
    parts to measure; none is all of them.
    """
    console = Console(highlight=False)
    parts = [part for part in Part if part in (only or Part)]
    figures = Figures([bar for part in BARS if part in parts for bar in BARS[part]])
    pace = pace_of(scale, rounds)
    if any(part is not Part.FLAT for part in parts):
        with throwaway_stack() as stack:
            _start(stack, figures, console, weigh=Part.STACK in parts)
            asyncio.run(_measure(stack, figures, console, parts, pace))
    if Part.FLAT in parts:
        measure_flat(figures, console, pace)
    show(figures, console)
    if json_file is not None:
        json_file.write_text(json.dumps(figures.as_json() | {"scale": scale}, indent=1))
    return (
        0 if all(bar.is_met(figures.median(bar) or 0) for bar in (OVERSOLD, WINNERS, LOST)) else 1
    )


def _start(stack: Stack, figures: Figures, console: Console, *, weigh: bool) -> None:
    """Start in an empty home; to weigh it, again in the one that exists, and idle."""
    console.print("Starting a stack in an empty home ...")
    figures.note("start in an empty home, s", stack.start())
    if not weigh:
        return
    stack.stop()
    console.print("Starting it again ...")
    figures.add(START, stack.start())
    time.sleep(_IDLE_AFTER_S)
    weight = stack.weight_mb()
    if weight is not None:
        figures.add(MEMORY, weight)


async def _measure(
    stack: Stack, figures: Figures, console: Console, parts: Collection[Part], pace: Pace
) -> None:
    variables = stack.variables()
    if Part.ENROLLMENT in parts:
        await measure_enrollment(variables, figures, console, pace)
    if Part.TRAINING in parts:
        await measure_training(variables, figures, console, pace)
    if Part.REGISTRY in parts:
        await measure_registry(stack, variables, figures, console, pace)
    if Part.IMPORT in parts:
        await measure_people(stack, variables, figures, console, pace)
    if Part.SEARCH in parts:
        await measure_search(variables, figures, console, pace)
    if Part.REPORTING in parts:
        await measure_reporting(stack, variables, figures, console, pace)
