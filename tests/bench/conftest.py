"""A registry with some districts, and the bench's field in it."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from deploy.bench.field import plain
from deploy.bench.registry_field import RegistryField

TODAY = date(2026, 11, 23)
DISTRICTS = {"32.73.01": "WIB", "33.73.04": "WIB", "33.74.01": "WIB", "91.71.01": "WIT"}


@pytest.fixture
async def registry_owner(registry_db: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the owner of the registry's tables, districts in them."""
    connection = await asyncpg.connect(plain(registry_db).replace("registry_app", "registry_owner"))
    codes = {
        code[:length]: zone if length > 2 else None
        for code, zone in DISTRICTS.items()
        for length in (2, 5, 8)
    }
    levels = {2: "PROVINCE", 5: "REGENCY", 8: "DISTRICT"}
    await connection.executemany(
        "INSERT INTO registry.area (code, valid_from, level, name, parent_code, time_zone)"
        " VALUES ($1, '2020-01-01', $2, 'Sukamelati', $3, $4)",
        [(code, levels[len(code)], code[:-3] or None, zone) for code, zone in codes.items()],
    )
    yield connection
    await connection.close()


@pytest.fixture
def field(registry_owner) -> RegistryField:
    return RegistryField(registry_owner)
