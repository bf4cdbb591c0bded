"""One person of a million, found by NIK, by id and by name, and held against all others."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from rich.console import Console
from rich.progress import Progress

from deploy.bench.field import write_out
from deploy.bench.figures import Bar, Figures
from deploy.bench.pace import Pace, until_quiet
from deploy.bench.people_field import PeopleField, Sought, open_people_field
from deploy.bench.registry_reads import Reader, enrollment_reader
from deploy.bench.registry_search import answer_all
from deploy.bench.stack import BenchError
from deploy.pilot.wire import Wire
from services.enrollment.duplicate_candidates.operations import find_duplicates
from shared.clock import utc_now
from shared.db.session import Sessions, make_engine, make_sessions, transaction
from shared.scope import NATIONAL, Actor

BY_NIK: Final = Bar("one person of 1,000,000 by NIK, p95", "ms", 30, most=True, digits=1)
BY_ID: Final = Bar("one person of 1,000,000 by id, p95", "ms", 30, most=True, digits=1)
BY_NAME: Final = Bar("people of 1,000,000 by name, p95", "ms", 30, most=True, digits=1)
CHECK: Final = Bar("duplicates of one person among 1,000,000, p95", "ms", 10, most=True, digits=1)
SEARCH_BARS: Final = (BY_NIK, BY_ID, BY_NAME, CHECK)

_BENCH: Final = Actor(issuer="balai:bench", subject="bench")
_LEAST: Final = 3


async def measure_search(
    variables: dict[str, str], figures: Figures, console: Console, pace: Pace
) -> None:
    """Measure each kind of search in turns; each round looks for other people."""
    people = pace.standing.people
    async with open_people_field(variables) as field:
        await _prepare(field, figures, console, people)
        await write_out(variables)
        reader = enrollment_reader(variables)
        for number in range(1, pace.rounds + 1):
            console.print(f"People to find, round {number} of {pace.rounds} ...")
            sought = await field.sought(people, number=pace.searches, seed=number)
            await until_quiet(variables)
            await _check_found(reader, sought[0])
            await _measure_reads(reader, sought, figures)
            await _measure_check(variables, sought, figures)


async def _prepare(field: PeopleField, figures: Figures, console: Console, people: int) -> None:
    began = time.monotonic()
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Making people", total=people)
        await field.prepare(
            people,
            advance=lambda done, total: progress.update(bar, completed=done, total=total),
        )
    figures.note(f"{people:,} people made, s", time.monotonic() - began)


async def _check_found(reader: Reader, sought: Sought) -> None:
    """Look that a search finds whom it is to find.

    Raises:
        BenchError: when it does not.
    """
    by_name = {"name": sought.name, "birth_date": sought.birth_date.isoformat()}
    async with Wire(reader.origin, connections=1) as wire:
        for path, body in (("search", {"nik": sought.nik}), ("search-by-name", by_name)):
            asked = reader.post(f"/v1/participants/{path}", json.dumps(body))
            answer = await wire.exchange(asked)
            if str(sought.id).encode() not in answer.body:
                raise BenchError(f"{path} did not find a person: {answer.status}.")


async def _measure_reads(reader: Reader, sought: Sequence[Sought], figures: Figures) -> None:
    asked = {
        BY_NIK: [
            reader.post("/v1/participants/search", json.dumps({"nik": each.nik})) for each in sought
        ],
        BY_ID: [reader.get(f"/v1/participants/{each.id}") for each in sought],
        BY_NAME: [
            reader.post("/v1/participants/search-by-name", json.dumps(_named(place, each)))
            for place, each in enumerate(sought)
        ],
    }
    for bar, requests in asked.items():
        result = await answer_all(reader, requests)
        figures.add(bar, result.percentile_ms(0.95))
        name = bar.name.removesuffix(", p95")
        figures.note(f"{name}, median ms", result.percentile_ms(0.5))


def _named(place: int, sought: Sought) -> dict[str, str]:
    """Return how somebody is asked for, in turn.

    By the whole name, by how it begins, by name and birth date, by a misspelt name and birth date.
    """
    name, born = sought.name, sought.birth_date.isoformat()
    ways = (
        {"name": name},
        {"name": name[: max(_LEAST, len(name.split()[0]))]},
        {"name": name, "birth_date": born},
        {"name": name[0] + name[2] + name[1] + name[3:], "birth_date": born},
    )
    return ways[place % len(ways)]


async def _measure_check(
    variables: dict[str, str], sought: Sequence[Sought], figures: Figures
) -> None:
    """Measure what writing a person waits for: all others are looked through for the same one."""
    taken = []
    async with _sessions(variables) as sessions:
        for each in sought:
            async with transaction(sessions, scope=NATIONAL, actor=_BENCH) as session:
                await session.connection()
                began = time.perf_counter()
                await find_duplicates(session, [each.id], now=utc_now())
                taken.append(1000 * (time.perf_counter() - began))
    taken.sort()
    figures.add(CHECK, taken[int(0.95 * len(taken))])
    figures.note(f"{CHECK.name.removesuffix(', p95')}, median ms", taken[len(taken) // 2])


@asynccontextmanager
async def _sessions(variables: dict[str, str]) -> AsyncIterator[Sessions]:
    engine = make_engine(variables["ENROLLMENT_DATABASE_URL"], name="bench")
    try:
        yield make_sessions(engine)
    finally:
        await engine.dispose()
