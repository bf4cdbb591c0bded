"""The people that one is found among: a million, made up, and some whose NIK is known."""

import base64
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from deploy.bench.field import bench_id, connect_patiently, give_room
from deploy.pilot.names import person_name
from services.enrollment.identities.rules import NikKey, NikKeys
from shared.schemas.enrollment import Sex

_AT_ONCE: Final = 10_000
_DRAWN: Final = 2_000
_TABLES: Final = ("participant", "identity_claim")
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sought:
    """Somebody who is looked for, by what an office knows of him."""

    id: UUID
    nik: str
    name: str
    birth_date: date


class PeopleField:
    """Makes people, and tells some of them."""

    def __init__(self, connection: asyncpg.Connection, keys: NikKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def prepare(self, people: int, *, advance: Callable[[int, int], None]) -> None:
        """Add what is missing of `people`; `advance` is told how many of how many stand."""
        for name in ("field.sql", "people_field.sql"):
            await self._connection.execute((_HERE / name).read_text())
        there = await self._connection.fetchval(
            "SELECT count(*) FROM enrollment.participant WHERE nik_key_id = 'bench-person'"
        )
        first, second = _names()
        for start in range(there, people, _AT_ONCE):
            last = min(start + _AT_ONCE, people) - 1
            await self._connection.execute(
                "CALL enrollment.bench_persons($1, $2, $3, $4)", start, last, first, second
            )
            advance(last + 1, people)
        for table in _TABLES:
            # Now, so that it does not begin by itself beside the first slices.
            await self._connection.execute(f"VACUUM ANALYZE enrollment.{table}")

    async def sought(self, people: int, *, number: int, seed: int) -> list[Sought]:
        """Return `number` of them, drawn by chance, each with a NIK that finds him."""
        drawn = random.Random(seed).sample(range(people), number)  # noqa: S311 - nobody's secrets
        ids = [bench_id(13, each) for each in drawn]
        niks = [_nik(each) for each in drawn]
        indexes = [self._keys.index_of(nik) for nik in niks]
        for identifier, index in zip(ids, indexes, strict=True):
            await self._connection.execute("CALL enrollment.bench_known($1, $2)", identifier, index)
        rows = await self._connection.fetch(
            "SELECT id, name, birth_date FROM enrollment.participant WHERE id = ANY ($1)", ids
        )
        known = {row["id"]: row for row in rows}
        return [
            Sought(each, nik, known[each]["name"], known[each]["birth_date"])
            for each, nik in zip(ids, niks, strict=True)
        ]


def _keys(file: Path) -> NikKeys:
    """Return the keys by which the stack finds a NIK."""
    content = json.loads(file.read_text())
    pairs = {
        name: NikKey(*(base64.b64decode(key[part]) for part in ("aes", "hmac")))
        for name, key in content["keys"].items()
    }
    return NikKeys(current=content["current"], keys=pairs)


def _nik(number: int) -> str:
    """Return the 16 digits of a person, no two alike; nobody's, for no district is 99.99.99."""
    return f"999999{number:010d}"


def _names() -> tuple[Sequence[str], Sequence[str]]:
    """Return first names, and those that follow."""
    choices = random.Random(1)  # noqa: S311 - nobody's secrets
    words = [person_name(choices, sex=choices.choice(list(Sex))).split() for _ in range(_DRAWN)]
    return tuple(sorted({each[0] for each in words})), tuple(sorted({each[1] for each in words}))


@asynccontextmanager
async def open_people_field(variables: dict[str, str]) -> AsyncIterator[PeopleField]:
    """Yield the field on the stack's own enrollment, as its owner.

    Raises:
        BenchError: when the stack does not run its own PostgreSQL.
    """
    await give_room(variables)
    keys = _keys(Path(variables["ENROLLMENT_NIK_KEYS"]))
    connection = await connect_patiently(variables["ENROLLMENT_MIGRATION_URL"])
    try:
        yield PeopleField(connection, keys)
    finally:
        await connection.close()
