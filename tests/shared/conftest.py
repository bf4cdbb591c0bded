"""A database with the kernel's own tables, for tests of the kernel."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.session import Sessions
from shared.scope import Actor
from tests.shared.db.tables import Base
from tests.support.cluster import Cluster

ACTOR = Actor(issuer="balai:kernel", subject="test")


@pytest.fixture
def kernel_db(cluster: Cluster) -> Iterator[str]:
    """Return the name of an empty database whose owner is kernel_owner."""
    template = cluster.template("kernel", lambda _url, _role: None)
    name = cluster.clone(template, "kernel")
    yield name
    cluster.drop(name)


@pytest.fixture
async def owner(cluster: Cluster, kernel_db: str) -> AsyncIterator[AsyncEngine]:
    """The owner's engine, with the kernel's tables made and granted to kernel_app."""
    engine = create_async_engine(cluster.url(kernel_db, "kernel_owner"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE SCHEMA kernel"))
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(text("GRANT USAGE ON SCHEMA kernel TO kernel_app"))
        await connection.execute(
            text(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA kernel TO kernel_app"
            )
        )
    yield engine
    await engine.dispose()


@pytest.fixture
def kernel_url(cluster: Cluster, kernel_db: str, owner: AsyncEngine) -> str:
    return cluster.url(kernel_db, "kernel_app")


@pytest.fixture
def sessions(kernel_url: str, sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of(kernel_url)
