"""Searches of the registry over HTTP: how long one takes, and how long the slowest of twenty."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

from deploy.bench.load import Result, drive
from deploy.bench.registry_reads import Reader
from deploy.bench.stack import BenchError

# Enough that the slowest twentieth are ten and more.
SEARCHES: Final = 240
CONNECTIONS: Final = 2
_WITHIN_S: Final = 120.0
_NEAREST: Final = 20
_LEAST_WORD: Final = 5
_TRADES: Final = ("WELDING", "GARMENT", "BAKERY", "CARPENTRY", "")
# From what nearly every space holds to what none does: then a whole province is looked through.
_PEOPLE: Final = (12, 20, 30, 34, 500)


def nearest_targets(*, number: int, seed: int) -> list[str]:
    """Return searches for the 20 facilities nearest to as many points of the country."""
    choices = random.Random(seed)  # noqa: S311 - where somebody stands is no secret
    points = [
        f"{choices.uniform(-10, 6):.4f},{choices.uniform(95.5, 140):.4f}" for _ in range(number)
    ]
    return [f"/v1/facilities?near={point}&limit={_NEAREST}" for point in points]


def name_targets(names: Sequence[str], *, number: int, seed: int) -> list[str]:
    """Return searches by name: in turn a whole name, a word, how one begins, and one misspelt."""
    choices = random.Random(seed)  # noqa: S311 - what is looked for is no secret
    ways = (_whole, _word, _beginning, _misspelt)
    words = [ways[place % len(ways)](choices.choice(names), choices) for place in range(number)]
    return [f"/v1/facilities?q={quote(each)}&limit={_NEAREST}" for each in words]


def _whole(name: str, _: random.Random) -> str:
    return name


def _word(name: str, choices: random.Random) -> str:
    return choices.choice([each for each in name.split() if len(each) >= _LEAST_WORD] or [name])


def _beginning(name: str, choices: random.Random) -> str:
    return _word(name, choices)[:_LEAST_WORD]


def _misspelt(name: str, choices: random.Random) -> str:
    """Return a word with two of its letters changed round."""
    word = _word(name, choices)
    place = choices.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def free_targets(province: str, *, today: date, number: int, seed: int) -> list[str]:
    """Return searches over one province: two weeks of working days, for few and for many people."""
    choices = random.Random(seed)  # noqa: S311 - what is looked for is no secret
    found = []
    for place in range(number):
        first = today + timedelta(days=choices.randrange(1, 30))
        asked: dict[str, str | int] = {
            "area": province,
            "people": _PEOPLE[place % len(_PEOPLE)],
            "from": first.isoformat(),
            "to": (first + timedelta(days=13)).isoformat(),
            "starts": "08:00",
            "ends": choices.choice(("12:00", "16:00")),
            "weekdays": "1,2,3,4,5",
            "at_least_days": choices.choice((6, 8, 10)),
        }
        trade = choices.choice(_TRADES)
        found.append(f"/v1/free-slots?{urlencode(asked | ({'trade': trade} if trade else {}))}")
    return found


async def search(reader: Reader, targets: Sequence[str]) -> Result:
    """Return what came of these searches, asked over two connections.

    Raises:
        BenchError: when any was answered by anything but 200, or not at all.
    """
    return await answer_all(reader, [reader.get(target) for target in targets])


async def answer_all(reader: Reader, requests: Sequence[bytes]) -> Result:
    """Return what came of these requests, sent over two connections.

    Raises:
        BenchError: when any was answered by anything but 200, or not at all.
    """
    load = reader.load(requests, connections=CONNECTIONS, seconds=_WITHIN_S)
    result = await asyncio.to_thread(drive, load)
    if result.statuses != {HTTPStatus.OK: len(requests)}:
        raise BenchError(f"Searches were answered with {dict(result.statuses)}.")
    return result
