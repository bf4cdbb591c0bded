"""Three databases with a story in them, and transactions in which to tamper with it."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import asyncpg
import pytest

from deploy.audit.checks import Snapshots
from migrations.run import migrate
from tests.audit.told import tell_story
from tests.support.cluster import SERVICES, Cluster
from tests.support.keys import Keys


def _migrated(cluster: Cluster, service: str) -> str:
    template = cluster.template(service, lambda url, app_role: migrate(service, url, app_role))
    return cluster.clone(template, service)


@pytest.fixture(scope="session")
def told(cluster: Cluster, keys: Keys) -> dict[str, str]:
    """Return the names of the databases that the story was told to."""
    names = {service: _migrated(cluster, service) for service in SERVICES}
    urls = {service: cluster.url(name, f"{service}_app") for service, name in names.items()}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(tell_story(urls, keys))).result()
    return names


@pytest.fixture
def urls(cluster: Cluster, told: dict[str, str]) -> dict[str, str]:
    """Where the databases are, for the role that the services have: it must do for the audit."""
    return {service: _dsn(cluster, name, f"{service}_app") for service, name in told.items()}


@pytest.fixture
async def snapshots(cluster: Cluster, told: dict[str, str]) -> AsyncIterator[Snapshots]:
    """Transactions in which a test may tamper with anything: they are rolled back."""
    async with AsyncExitStack() as stack:
        opened = {}
        for service, name in told.items():
            connection = await asyncpg.connect(
                _dsn(cluster, name, "postgres"), server_settings={"search_path": service}
            )
            stack.push_async_callback(connection.close)
            await connection.execute("BEGIN")
            opened[service] = connection
        yield opened


def _dsn(cluster: Cluster, name: str, role: str) -> str:
    return cluster.url(name, role).replace("+asyncpg", "")
