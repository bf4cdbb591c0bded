"""The three databases, each seen at one moment, read-only."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from deploy.audit.checks import Snapshots

DATABASES: Final = ("registry", "enrollment", "reporting")
_SQLALCHEMY_PREFIX: Final = "postgresql+asyncpg://"


class NoDatabaseError(Exception):
    """The environment does not say where a database is."""


def database_urls(home: Path) -> dict[str, str]:
    """Return where the databases are: by the environment, else by the stack that runs from `home`.

    Raises:
        NoDatabaseError: when neither says it.
    """
    running = home / "run" / "environment.json"
    known: dict[str, str] = json.loads(running.read_text()) if running.exists() else {}
    known |= os.environ
    urls: dict[str, str] = {}
    for name in DATABASES:
        variable = f"{name.upper()}_DATABASE_URL"
        if variable not in known:
            raise NoDatabaseError(f"{variable} is not set and no stack runs from {home}.")
        urls[name] = known[variable].replace(_SQLALCHEMY_PREFIX, "postgresql://", 1)
    return urls


@asynccontextmanager
async def snapshots_of(urls: dict[str, str]) -> AsyncIterator[Snapshots]:
    """Yield one read-only transaction a database; unqualified names are those of its schema.

    The services' own databases come before reporting's, so that what the figures have followed
    is never more than what the records show unless something was written in between.
    """
    async with AsyncExitStack() as stack:
        snapshots: dict[str, asyncpg.Connection] = {}
        for name in DATABASES:
            connection = await asyncpg.connect(
                urls[name], server_settings={"search_path": name, "application_name": "audit"}
            )
            stack.push_async_callback(connection.close)
            await stack.enter_async_context(
                connection.transaction(isolation="repeatable_read", readonly=True)
            )
            # The snapshot is taken by the first statement, not by BEGIN.
            await connection.execute("SELECT 1")
            snapshots[name] = connection
        yield snapshots
