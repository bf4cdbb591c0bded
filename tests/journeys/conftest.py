"""Journeys take one whole stack, started once, or the applications in this process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

import asyncpg
import httpx
import pytest

from deploy.audit.command import examine
from services.reporting.worker import readers
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor, Role
from tests.registry.conftest import in_transaction, work, world
from tests.support.stack import balai, whole_stack

__all__ = ["balai", "in_transaction", "whole_stack", "work", "world"]


@pytest.fixture
def databases(registry_db, enrollment_db, reporting_db) -> dict[str, str]:
    return {"registry": registry_db, "enrollment": enrollment_db, "reporting": reporting_db}


@pytest.fixture
def reader_of(registry, enrollment, reporting, auth):
    """Return the function that gives what reporting's worker works with, over these services."""

    @asynccontextmanager
    async def context() -> AsyncIterator[SimpleNamespace]:
        sessions, reader = reporting.state["sessions"], Actor("test", "reader")
        async with AsyncExitStack() as stack:
            clients = {
                name: await stack.enter_async_context(
                    httpx.AsyncClient(
                        transport=client.transport,
                        base_url=client.base_url,
                        headers=auth(Role.SERVICE),
                    )
                )
                for name, client in (("registry", registry), ("enrollment", enrollment))
            }
            yield SimpleNamespace(
                transaction=lambda: transaction(sessions, scope=SYSTEM, actor=reader),
                sessions=sessions,
                clients=clients,
            )

    return context


@pytest.fixture
def follow(databases, registry, reporting, worker_of, reader_of):
    """Return the function that lets enrollment and reporting hear all that there is."""

    async def run() -> None:
        await worker_of(
            "enrollment",
            databases["enrollment"],
            registry_transport=registry.transport,
            reporting_transport=reporting.transport,
        ).drain()
        async with reader_of() as context:
            for each in readers(context):
                await each.drain(context)

    return run


@pytest.fixture
def audit(databases):
    """Return the function that names what an audit finds different, with an example of each."""

    async def run() -> dict[str, list[str]]:
        async with AsyncExitStack() as stack:
            snapshots = {}
            for service, url in databases.items():
                connection = await asyncpg.connect(
                    url.replace("+asyncpg", ""), server_settings={"search_path": service}
                )
                stack.push_async_callback(connection.close)
                snapshots[service] = connection
            report = await examine(snapshots)
        assert report.counts["enrollments"] > 5
        return {each.name: each.examples for each in report.findings if each.differences}

    return run
