"""A worker process that is killed in the middle of a file: another goes on, each row once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text as sql

from services.enrollment.settings import EnrollmentSettings
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor
from tests.enrollment.people_imports.test_uploads import people
from tests.support.files import CSV

pytestmark = pytest.mark.usefixtures("areas")

ROWS = 25_000
WITHIN_S = 120


def environment_of(settings: EnrollmentSettings) -> dict[str, str]:
    """Return the variables by which a process has these settings."""
    return {
        **os.environ,
        "BALAI_MODE": settings.mode,
        "PUBLIC_URL": settings.public_url,
        "BALAI_ISSUERS": json.dumps([each.model_dump(mode="json") for each in settings.issuers]),
        "BALAI_CURSOR_SECRET": settings.cursor_secret.get_secret_value(),
        "ENROLLMENT_SIGNING_KEY": str(settings.signing_key),
        "ENROLLMENT_NIK_KEYS": str(settings.nik_keys),
        "ENROLLMENT_DATABASE_URL": settings.database_url,
    }


@pytest.fixture
def spawn(settings_of, enrollment_db) -> Iterator[Callable[[], subprocess.Popen]]:
    """Return the function that starts a worker as a process of its own."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        settings = settings_of("enrollment", enrollment_db)
        command = [sys.executable, "-m", "services.enrollment.worker"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, env=environment_of(settings), **quiet))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


async def test_goes_on_after_its_process_was_killed(desk, rows, db, spawn):
    started = await desk.post("/v1/imports/participants", people(ROWS), **CSV)
    job_id = started.json()["id"]

    async def until(done: Callable[[dict], bool]) -> dict:
        ends_at = time.monotonic() + WITHIN_S
        while time.monotonic() < ends_at:
            (job,) = await rows("SELECT * FROM enrollment.job WHERE id = :id", id=job_id)
            if done(job):
                return job
        raise AssertionError(f"the job stands still: {job}")

    process = spawn()
    await until(lambda job: (job["progress_done"] or 0) > 0)
    process.kill()
    process.wait()
    (half,) = await rows("SELECT count(*) AS n FROM enrollment.participant")
    async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
        # What nobody renews any more lapses by itself, half a minute later.
        await session.execute(sql("UPDATE enrollment.job SET lease_until = now()"))
    spawn()
    job = await until(lambda job: job["state"] not in ("QUEUED", "RUNNING"))

    assert 0 < half["n"] < ROWS
    assert (job["state"], job["attempts"]) == ("SUCCEEDED", 2)
    assert job["result"] == {
        "rows": ROWS, "created": ROWS, "changed": 0, "unchanged": 0, "refused": 0
    }  # fmt: skip
    for table, one in (
        ("participant", "id"),
        ("identity_claim", "participant_id"),
        ("row_verdict", "id"),
    ):
        (count,) = await rows(
            f"SELECT count(*) AS n, count(DISTINCT {one}) AS people FROM enrollment.{table}"
        )
        assert (count["n"], count["people"]) == (ROWS, ROWS)
    (told,) = await rows(
        "SELECT count(*) AS n, count(DISTINCT stream_id) AS people FROM enrollment.event"
        " WHERE topic = 'enrollment.participant.registered'"
    )
    assert (told["n"], told["people"]) == (ROWS, ROWS)
