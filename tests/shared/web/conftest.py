"""A small service on the kernel's own tables, run in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import APIRouter

from shared.settings import Mode, ServiceSettings
from shared.web.app import make_app
from shared.web.state import service_state
from tests.shared.db.tables import Audit, HeldGrant
from tests.shared.web.things import routers
from tests.support.asgi import ServiceClient, serving
from tests.support.keys import Keys

NOWHERE = "postgresql+asyncpg://nobody:none@127.0.0.1:1/nothing"


def app_of(settings: ServiceSettings, *more: APIRouter):
    @asynccontextmanager
    async def lifespan(_):
        async with service_state(settings, service="kernel", held=HeldGrant) as state:
            yield state

    return make_app(
        service="kernel",
        title="Things",
        description="A service for tests.",
        lifespan=lifespan,
        routers=[*routers(), *more],
        settings=settings,
        audit=Audit,
    )


@pytest.fixture
def things_settings(keys: Keys):
    """Return the function that makes settings; without a database unless told of one."""

    def settings(url: str = NOWHERE, **changes) -> ServiceSettings:
        values = {
            "mode": Mode.DEMO,
            "public_url": "https://balai.test",
            "issuers": keys.issuers,
            "cursor_secret": "a secret for the tests only",
            "database_url": url,
            **changes,
        }
        return ServiceSettings(**values)

    return settings


@pytest.fixture
async def bare(things_settings) -> AsyncIterator[ServiceClient]:
    """The service while its database is away."""
    async with serving(app_of(things_settings()), base_url="http://kernel.test") as client:
        yield client


@pytest.fixture
async def things(things_settings, kernel_url: str) -> AsyncIterator[ServiceClient]:
    """The service with its database."""
    app = app_of(things_settings(kernel_url))
    async with serving(app, base_url="http://kernel.test") as client:
        yield client
