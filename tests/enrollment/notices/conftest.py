import importlib
from collections.abc import Callable

import pytest

from shared.scope import Role
from tests.support.mail import MailServer
from tests.support.seats import Applicant, Seats


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    made = Seats(sessions_of(enrollment_db))
    await made.program()
    return made


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def worker_with(enrollment_db: str, settings_of, fake_registry) -> Callable:
    """Return the function that makes enrollment's worker: `worker_with(notices="smtp")`."""

    def make(**changes):
        module = importlib.import_module("services.enrollment.worker")
        settings = settings_of("enrollment", enrollment_db, redis_url=None, **changes)
        return module.create_worker(settings, registry_transport=fake_registry)

    return make


@pytest.fixture
async def mail():
    server = MailServer()
    server.port = await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def post(worker_with, mail) -> Callable:
    """Return the function that tells everybody what has happened, by mail unless said otherwise.

    Notices are switched on here, so that what a test does is news.
    """
    by_mail = {
        "notices": "smtp",
        "smtp_host": "127.0.0.1",
        "smtp_port": mail.port,
        "smtp_security": "none",
        "smtp_from": "Balai <balai@balai.test>",
    }

    async def drain(**changes) -> None:
        await worker_with(**{**by_mail, **changes}).drain()

    await drain()
    return drain


@pytest.fixture
def told(rows) -> Callable:
    """Return the function that reads the kind, state and reason of all notices, in order."""

    async def read() -> list[tuple]:
        found = await rows(
            "SELECT kind, state, reason FROM enrollment.notice ORDER BY created_at, kind, id"
        )
        return [(row["kind"], row["state"], row["reason"]) for row in found]

    return read
