"""One furnished country for all of these tests, and a clone of it for those that write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest_asyncio
from fastapi import APIRouter
from sqlalchemy import text

from migrations.run import migrate
from services.registry.main import create_app
from services.registry.settings import RegistrySettings
from shared.db.session import transaction
from shared.scope import SYSTEM
from shared.settings import Mode
from tests.registry.matrix.places import ACTOR, Place, furnish
from tests.support.asgi import ServiceClient, serving
from tests.support.cluster import Cluster
from tests.support.keys import Keys
from tests.support.valkey import Valkey

# Rows that concern persons or what is not settled, with the facility that each belongs to.
PRIVATE = """
SELECT facility_id, id FROM registry.facility_contact
UNION SELECT home_facility_id, id FROM registry.instructor
UNION SELECT i.home_facility_id, c.id FROM registry.instructor_certificate c
  JOIN registry.instructor i ON i.id = c.instructor_id
UNION SELECT facility_id, id FROM registry.booking WHERE purpose <> 'CLOSURE'
UNION SELECT facility_id, participant_id FROM registry.booking WHERE participant_id IS NOT NULL
UNION SELECT facility_id, id FROM registry.proposal
UNION SELECT facility_id, assignment_id FROM registry.assignment_place
UNION SELECT facility_id, id FROM registry.invitation
UNION SELECT facility_id, id FROM registry.incubator_person
UNION SELECT facility_id, id FROM registry.incubator_tenant
"""


@dataclass
class Country:
    """A registry with three places in it.

    `private` are the identifiers of a place's rows that concern persons, `ids` all that were told.
    """

    client: ServiceClient
    keys: Keys
    places: dict[str, Place]
    private: dict[str, set[str]]

    @property
    def ids(self) -> dict[str, set[str]]:
        return {
            name: {
                value
                for value in place.values.values()
                if isinstance(value, str) and len(value) == 36
            }
            for name, place in self.places.items()
        }

    def says(self, said: str, name: str) -> bool:
        """Tell whether something of a place stands in what was said."""
        place = self.places[name]
        words = {place.person, place.draft} | self.private[name] | self.ids[name]
        return any(word in said for word in words)


def settings(url: str, keys: Keys, valkey: Valkey) -> RegistrySettings:
    return RegistrySettings(
        mode=Mode.DEMO,
        public_url="http://balai.test",
        issuers=keys.issuers,
        cursor_secret="a secret for the tests only",
        signing_key=keys.path("registry"),
        database_url=url,
        redis_url=valkey.url,
        registry_url="http://registry.test",
    )


@dataclass
class Furnished:
    """The database that all others are copied from."""

    cluster: Cluster
    keys: Keys
    valkey: Valkey
    name: str
    places: dict[str, Place]
    private: dict[str, set[str]]

    @asynccontextmanager
    async def copied(self, *routers: APIRouter) -> AsyncIterator[Country]:
        """Serve a copy, with more routes perhaps."""
        name = self.cluster.clone(self.name, "registry")
        async with self.serving(name, *routers) as client:
            yield Country(client, self.keys, self.places, self.private)
        self.cluster.drop(name)

    @asynccontextmanager
    async def serving(self, name: str, *routers: APIRouter) -> AsyncIterator[ServiceClient]:
        url = self.cluster.url(name, "registry_app")
        app = create_app(settings(url, self.keys, self.valkey))
        for router in routers:
            app.include_router(router, prefix="/v1")
        async with serving(app, base_url="http://registry.test") as client:
            yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def furnished(cluster: Cluster, keys: Keys, valkey: Valkey) -> AsyncIterator[Furnished]:
    template = cluster.template("registry", lambda url, role: migrate("registry", url, role))
    made = Furnished(cluster, keys, valkey, cluster.clone(template, "registry"), {}, {})
    async with made.serving(made.name) as client:
        made.places |= await furnish(client, keys)
        made.private |= await _private(client, made.places)
    cluster.execute("postgres", f'ALTER DATABASE "{made.name}" ALLOW_CONNECTIONS false')
    yield made
    cluster.drop(made.name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def country(furnished: Furnished) -> AsyncIterator[Country]:
    """Serve a country that nobody changes."""
    async with furnished.copied() as country:
        yield country


@pytest_asyncio.fixture(loop_scope="session")
async def another_country(furnished: Furnished) -> AsyncIterator[Country]:
    """Serve a country that the test may change."""
    async with furnished.copied() as country:
        yield country


async def _private(client: ServiceClient, places: dict[str, Place]) -> dict[str, set[str]]:
    sessions = client.state["sessions"]
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        rows = [(str(facility), str(row)) for facility, row in await session.execute(text(PRIVATE))]
    return {
        name: {row for facility, row in rows if facility == place.values["facility_id"]}
        for name, place in places.items()
    }
