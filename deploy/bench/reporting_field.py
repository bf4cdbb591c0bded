"""Enrollments that reporting has heard of: their events as its ledger keeps them, made up."""

from pathlib import Path
from typing import Final

import asyncpg

EACH_WAVE: Final = 100_000
PROVINCES: Final = tuple(
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 71".split()  # noqa: SIM905 - a table
)
_MAKE: Final = Path(__file__).with_name("reporting_field.sql")
_AT_ONCE: Final = 50_000
_LEDGER: Final = """
INSERT INTO reporting.ledger (source, era, seq, id, stream_id, topic, schema, version, occurred_at,
  recorded_at, day, payload)
SELECT f.source, f.era, f.position + 1 + n - $1, uuidv7(), pg_temp.bench_class(n),
  'enrollment.enrollment.claimed', 1, 1, now(), now(), current_date,
  pg_temp.bench_claim(n, $3, n / $4)
FROM generate_series($1::bigint, $2::bigint) n
CROSS JOIN (SELECT * FROM reporting.fold WHERE source = 'enrollment' FOR UPDATE) f
"""
_POSITION: Final = "UPDATE reporting.fold SET position = position + $1 WHERE source = 'enrollment'"
_LOG: Final = """
INSERT INTO enrollment.event (stream_id, id, topic, schema, version, occurred_at, actor, payload)
SELECT pg_temp.bench_class(n), uuidv7(), 'enrollment.enrollment.claimed', 1, 1, now(), 'bench',
  pg_temp.bench_claim(n, $3, $4)
FROM generate_series($1::bigint, $2::bigint) n
"""


def wave_id(number: int) -> str:
    """Return the id of the wave of this number."""
    return f"00000005-0000-7000-8000-{number:012}"


async def open_field(url: str) -> asyncpg.Connection:
    """Return a connection that can make claims up."""
    connection = await asyncpg.connect(url)
    await connection.execute(_MAKE.read_text())
    return connection


async def keep_events(connection: asyncpg.Connection, first: int, last: int) -> None:
    """Put the events of enrollments `first` until before `last` into the ledger, unfolded."""
    for start in range(first, last, _AT_ONCE):
        end = min(start + _AT_ONCE, last) - 1
        async with connection.transaction():
            await connection.execute(_LEDGER, start, end, PROVINCES, EACH_WAVE)
            await connection.execute(_POSITION, end + 1 - start)


async def tell_events(connection: asyncpg.Connection, first: int, last: int, *, wave: int) -> None:
    """Write the events of enrollments `first` until before `last` of a wave into the log."""
    await connection.execute(_LOG, first, last - 1, PROVINCES, wave)
