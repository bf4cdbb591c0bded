"""One throw-away PostgreSQL and Valkey a test process, one clean database a test.

Fixtures for a service's tests: `registry_db` (and so on) is the URL of a fresh migrated database
for the app role; `registry`, `enrollment`, `reporting` are clients of the running applications;
`auth(role, areas=[...])` makes the header of a caller. A module that needs enrollment to reach a
registry overrides `registry_transport`.
"""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from functools import cache

import httpx
import pytest
from xdist.scheduler import LoadGroupScheduling

from deploy.commands.openapi import application_of
from migrations.run import migrate
from shared.db.session import Sessions, make_engine, make_sessions
from shared.jobs.worker import ServiceWorker
from shared.scope import Grant, Role
from shared.settings import Mode, ServiceSettings
from tests.support import servers
from tests.support.asgi import ServiceClient, UnreachableTransport, serving
from tests.support.cluster import Cluster
from tests.support.keys import Keys
from tests.support.valkey import Valkey

# A transaction may stand still on a machine whose processor or disk others use; a test of the
# limits sets its own.
PATIENCE_S = 60

# Tests that share what is dear to make, by how their names begin: one process does a group.
TOGETHER = {
    "tests/journeys/test_commands.py": "stack",
    "tests/journeys/test_launcher.py": "stack",
    "tests/journeys/test_pilot.py": "stack",
    "tests/registry/matrix/": "matrix",
}


class _Together(LoadGroupScheduling):
    """Groups by name: pytest 9.2 makes xdist blind to marks (pytest-dev/pytest-xdist#1386)."""

    def _split_scope(self, nodeid: str) -> str:
        groups = (group for start, group in TOGETHER.items() if nodeid.startswith(start))
        return next(groups, None) or super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> LoadGroupScheduling | None:
    """Return the scheduler of `--dist loadgroup`; of others, what xdist has."""
    return _Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.destroy()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    valkey = Valkey()
    try:
        valkey.start()
        yield valkey
    finally:
        valkey.destroy()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Callable[[str], str]]:
    """Return the function that lends a service's migrated database and names its app's URL."""
    lent: list[tuple[str, str]] = []

    def lend(service: str) -> str:
        template = cluster.template(service, lambda url, app_role: migrate(service, url, app_role))
        name = cluster.lend(template, service)
        lent.append((name, service))
        return cluster.url(name, f"{service}_app")

    yield lend
    for name, service in lent:
        cluster.give_back(name, service)


@pytest.fixture
def registry_db(database: Callable[[str], str]) -> str:
    return database("registry")


@pytest.fixture
def enrollment_db(database: Callable[[str], str]) -> str:
    return database("enrollment")


@pytest.fixture
def reporting_db(database: Callable[[str], str]) -> str:
    return database("reporting")


@pytest.fixture
async def sessions_of() -> AsyncIterator[Callable[[str], Sessions]]:
    """Return the function that opens a database as a service does."""
    engines = []

    def open_sessions(url: str, **options) -> Sessions:
        options = {"transaction_timeout_s": PATIENCE_S, "idle_timeout_s": PATIENCE_S, **options}
        engines.append(make_engine(url, name="test", **options))
        return make_sessions(engines[-1])

    yield open_sessions
    for engine in engines:
        await engine.dispose()


@pytest.fixture(scope="session")
def keys() -> Iterator[Keys]:
    folder = servers.temporary_folder()
    yield Keys(folder)
    servers.remove(folder)


@pytest.fixture(scope="session")
def token(keys: Keys) -> Callable[..., str]:
    return keys.token


@pytest.fixture(scope="session")
def auth(keys: Keys) -> Callable[..., dict[str, str]]:
    """Return the function that makes a caller's header: `auth(Role.ANALYST)`."""

    def header(role: Role | str, *, subject: str | None = None, **grant) -> dict[str, str]:
        return {"Authorization": f"Bearer {keys.token(role, subject=subject, **grant)}"}

    return header


@pytest.fixture(scope="session")
def login(keys: Keys) -> Callable[..., dict[str, str]]:
    """Return the function that makes the header of a login that the registry assigns roles to."""

    def header(subject: str, *grants: Grant) -> dict[str, str]:
        return {"Authorization": f"Bearer {keys.login(subject, *grants)}"}

    return header


SERVICE_URLS = {
    "registry_url": "http://registry.test",
    "enrollment_url": "http://enrollment.test",
    "reporting_url": "http://reporting.test",
}


@pytest.fixture
def settings_of(keys: Keys, valkey: Valkey) -> Callable[..., ServiceSettings]:
    """Return the function that makes a service's settings for the database at a URL."""

    def settings(service: str, url: str, **changes) -> ServiceSettings:
        module = importlib.import_module(f"services.{service}.settings")
        values = {
            "mode": Mode.DEMO,
            "public_url": "http://balai.test",
            "issuers": keys.issuers,
            "cursor_secret": "a secret for the tests only",
            "transaction_timeout_s": PATIENCE_S,
            "signing_key": keys.path(service),
            "database_url": url,
            "redis_url": valkey.url,
            **SERVICE_URLS,
            **(
                {"nik_keys": keys.nik_keys, "badge_keys": keys.badge_keys}
                if service == "enrollment"
                else {}
            ),
            **changes,
        }
        return getattr(module, f"{service.capitalize()}Settings")(**values)

    return settings


@pytest.fixture
async def serve() -> AsyncIterator[Callable]:
    """Return the function that runs an application until the test ends."""
    async with AsyncExitStack() as stack:

        async def run(app, *, base_url: str, opening=None) -> ServiceClient:
            return await stack.enter_async_context(serving(app, base_url=base_url, opening=opening))

        yield run


# One application a process: what a test wires to its own database is the state.
application = cache(application_of)


def _opening(service: str, *arguments, **options):
    return importlib.import_module(f"services.{service}.main").open_state(*arguments, **options)


@pytest.fixture
async def registry(registry_db: str, settings_of, serve) -> ServiceClient:
    opening = _opening("registry", settings_of("registry", registry_db))
    base_url = SERVICE_URLS["registry_url"]
    return await serve(application("registry"), base_url=base_url, opening=opening)


@pytest.fixture
def registry_transport() -> httpx.AsyncBaseTransport:
    """Return how enrollment reaches the registry: not at all, unless a module overrides this."""
    return UnreachableTransport()


@pytest.fixture
async def enrollment(
    enrollment_db: str, settings_of, serve, registry_transport: httpx.AsyncBaseTransport
) -> ServiceClient:
    settings = settings_of("enrollment", enrollment_db)
    opening = _opening("enrollment", settings, registry_transport=registry_transport)
    base_url = SERVICE_URLS["enrollment_url"]
    return await serve(application("enrollment"), base_url=base_url, opening=opening)


@pytest.fixture
async def reporting(reporting_db: str, settings_of, serve) -> ServiceClient:
    opening = _opening("reporting", settings_of("reporting", reporting_db))
    base_url = SERVICE_URLS["reporting_url"]
    return await serve(application("reporting"), base_url=base_url, opening=opening)


@pytest.fixture
def worker_of(settings_of) -> Callable[..., ServiceWorker]:
    """Return the function that makes a service's worker for the database at a URL.

    `await worker_of("registry", registry_db).drain()` reads its feeds and does its jobs, once.
    """

    def worker(service: str, url: str, **options) -> ServiceWorker:
        module = importlib.import_module(f"services.{service}.worker")
        return module.create_worker(settings_of(service, url), **options)

    return worker
