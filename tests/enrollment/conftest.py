"""Enrollment with a registry at the other end of the wire, and areas that have been copied."""

import importlib
from collections.abc import Callable

import pytest
from sqlalchemy import text

from services.enrollment.areas.operations import finish_level, keep_areas
from shared.clock import utc_now
from shared.db.session import Sessions, transaction
from shared.schemas.registry import AreaLevel
from shared.scope import SYSTEM, Actor, Role
from tests.support.people import Caller, Codes
from tests.support.planning import Desk
from tests.support.registry import AREAS, FakeRegistry, area
from tests.support.seats import Seats
from tests.support.selections import Draw


@pytest.fixture
def fake_registry() -> FakeRegistry:
    return FakeRegistry()


@pytest.fixture
def registry_transport(fake_registry: FakeRegistry) -> FakeRegistry:
    return fake_registry


@pytest.fixture
def fake_reporting() -> FakeRegistry:
    return FakeRegistry()


@pytest.fixture
def db(enrollment_db: str, sessions_of) -> Sessions:
    return sessions_of(enrollment_db)


@pytest.fixture
def rows(db: Sessions) -> Callable:
    """Return the function that reads rows as plain SQL."""

    async def read(statement: str, **values) -> list[dict]:
        async with db(info={"scope": SYSTEM, "actor": Actor("test", "test")}) as session:
            found = await session.execute(text(statement), values)
            return [dict(row) for row in found.mappings()]

    return read


@pytest.fixture
async def areas(db: Sessions) -> None:
    """Copy the areas, as the job does."""
    copied = [area(*each) for each in AREAS]
    async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
        await keep_areas(session, areas=copied)
        for level in AreaLevel:
            codes = {each.code for each in copied if each.level is level}
            await finish_level(session, level=level, codes=codes, now=utc_now())


@pytest.fixture
def desk(enrollment, auth) -> Desk:
    """The nation-wide administrator."""
    return Desk(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def desk_of(enrollment, auth) -> Callable[..., Desk]:
    """Return the function that makes somebody else's desk: `desk_of(Role.ANALYST)`."""

    def make(role: Role, **grant) -> Desk:
        return Desk(enrollment, auth(role, **grant))

    return make


@pytest.fixture
def caller_of(enrollment, auth) -> Callable[..., Caller]:
    """Return the function that makes a caller of a role: `caller_of(Role.ANALYST)`."""

    def make(role: Role, **grant) -> Caller:
        return Caller(enrollment, auth(role, **grant))

    return make


@pytest.fixture
def login_of(enrollment, login) -> Callable[[str], Caller]:
    """Return the function that makes a caller whose token carries no grant."""

    def make(subject: str) -> Caller:
        return Caller(enrollment, login(subject))

    return make


@pytest.fixture
def codes(rows, keys, settings_of, enrollment_db) -> Codes:
    """What came to contacts."""
    return Codes(rows, settings_of("enrollment", enrollment_db).load_nik_keys())


@pytest.fixture
def worker(
    enrollment_db: str, settings_of, fake_registry: FakeRegistry, fake_reporting: FakeRegistry
) -> Callable:
    """Return the function that reads every feed and does every job that is due."""

    async def drain() -> None:
        module = importlib.import_module("services.enrollment.worker")
        settings = settings_of("enrollment", enrollment_db, redis_url=None)
        await module.create_worker(
            settings, registry_transport=fake_registry, reporting_transport=fake_reporting
        ).drain()

    return drain


@pytest.fixture
def draw(enrollment, db: Sessions, auth, keys, worker: Callable) -> Draw:
    """Return a wave whose places a selection gives; `await draw.open((2, 1))` makes its classes."""
    return Draw(Seats(db), enrollment, auth, keys, worker)
