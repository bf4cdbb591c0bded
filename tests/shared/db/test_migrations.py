"""Each service's history makes the tables that its code maps, and grants what it should."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest
from alembic import command

from migrations import run
from tests.support.cluster import SERVICES, Cluster

TABLE_RIGHTS = """
SELECT relname, array_agg(privilege_type::text ORDER BY privilege_type)
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' AND r.rolname = $2
GROUP BY relname
"""
OWNED = "SELECT count(*) FROM pg_class WHERE relowner = $1::text::regrole"


def apart(function: Callable, *arguments: object) -> object:
    """Run what opens an event loop of its own in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def owner_url(cluster: Cluster, database: Callable[[str], str], service: str) -> str:
    return cluster.url(database(service).rsplit("/", 1)[1], f"{service}_owner")


def test_the_tables_are_those_that_the_code_maps(owner_url, service):
    apart(run.check, service, owner_url)


def test_can_be_applied_again_without_effect(owner_url, service):
    apart(run.migrate, service, owner_url, f"{service}_app")

    apart(run.check, service, owner_url)


def test_can_be_taken_back_and_applied_again(owner_url, service):
    config = run._config(service, owner_url, None)

    apart(command.downgrade, config, "base")
    apart(run.migrate, service, owner_url)

    apart(run.check, service, owner_url)


async def test_the_app_role_owns_nothing_and_cannot_rewrite_the_log(owner_url, service):
    app = f"{service}_app"
    connection = await asyncpg.connect(owner_url.replace("+asyncpg", ""))
    try:
        rights = dict(await connection.fetch(TABLE_RIGHTS, service, app))
        owned = await connection.fetchval(OWNED, app)
    finally:
        await connection.close()

    assert owned == 0
    assert rights.pop("alembic_version") == ["SELECT"]
    for table in ("event", "audit", "ledger"):
        assert rights.pop(table, ["INSERT", "SELECT"]) == ["INSERT", "SELECT"]
    assert set(map(tuple, rights.values())) == {("DELETE", "INSERT", "SELECT", "UPDATE")}
