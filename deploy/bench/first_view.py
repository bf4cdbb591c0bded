"""The first view of the dashboard: all that a browser without a cache fetches to draw it."""

import asyncio
import re
import time
from http import HTTPStatus
from typing import Final

from deploy.bench.figures import Bar, Figures
from deploy.bench.stack import BenchError
from deploy.pilot.wire import Answer, Wire

VIEW: Final = Bar("first view of the dashboard, everything fetched", "s", 1.0, most=True, digits=3)

_PAGE: Final = "/reporting/"
# As many as a browser opens to one host.
_CONNECTIONS: Final = 6
_FILE: Final = re.compile(r'(?:src|href)="(static/[^"#]+)')
_WORDS: Final = ("words/id.json", "static/provinces.json")
# What the first sections ask without a token.
_FIGURES: Final = (
    "v1/reports",
    "v1/boundaries?level=province",
    "v1/reports/progress",
    "v1/reports/progress?by=province",
    "v1/reports/opening?by=province",
    "v1/published-tables",
)


async def measure_first_view(origin: str, figures: Figures) -> None:
    """Fetch the page, then its files, then its figures, each wave at once, as a browser does."""
    async with Wire(origin, connections=_CONNECTIONS) as wire:
        began = time.perf_counter()
        page = (await _fetch(wire, _PAGE)).body.decode()
        files = dict.fromkeys([*_FILE.findall(page), *_WORDS])
        fetched = await asyncio.gather(*(_fetch(wire, _PAGE + each) for each in files))
        answers = await asyncio.gather(*(_fetch(wire, _PAGE + each) for each in _FIGURES))
        seconds = time.perf_counter() - began
    figures.add(VIEW, seconds)
    weight = len(page) + sum(len(each.body) for each in (*fetched, *answers))
    figures.note(f"first view: {len(fetched) + len(answers) + 1} answers, kB", weight / 1000)


async def _fetch(wire: Wire, path: str) -> Answer:
    answer = await wire.exchange(wire.encode("GET", path, headers={"accept-language": "id"}))
    if answer.status != HTTPStatus.OK:
        raise BenchError(f"{path} was answered with {answer.status}.")
    return answer
