"""The bell wakes workers; whatever happens to it, no job is lost."""

import asyncio
import json
import pickle
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select, text

from shared.db.session import transaction
from shared.ids import new_id
from shared.jobs.bell import deserialize, open_ring, queue_of, serialize
from shared.jobs.worker import bell_settings
from shared.schemas.jobs import JobState
from shared.scope import SYSTEM
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Row
from tests.shared.jobs.kernel_worker import (
    AddRows,
    change_jobs,
    find_job,
    kernel_worker,
    queue_job,
)
from tests.support.servers import free_port
from tests.support.valkey import Valkey
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def empty_valkey(valkey: Valkey) -> None:
    valkey.flush()


@asynccontextmanager
async def working(worker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def succeeded(sessions, queued):
    async def check() -> bool:
        return (await find_job(sessions, queued)).state is JobState.SUCCEEDED

    return check


class TestRing:
    async def test_carries_json_and_the_id_of_the_job_alone(self, valkey):
        job = new_id()

        async with open_ring(valkey.url, service="kernel") as ring:
            await ring([job, job])

        with Redis.from_url(valkey.url) as redis:
            bells = [json.loads(redis.get(key)) for key in redis.keys("arq:job:*")]
        assert [bell["a"] for bell in bells] == [[str(job)]] * 2
        assert {bell["f"] for bell in bells} == {"wake"}

    async def test_a_request_is_answered_though_redis_is_away(self, sessions):
        url = f"redis://127.0.0.1:{free_port()}/0"

        async with open_ring(url, service="kernel") as ring:
            queued = await queue_job(sessions, "add-rows", AddRows(names=["a"]), ring=ring)

        assert (await find_job(sessions, queued)).state is JobState.QUEUED

    async def test_there_may_be_no_redis_at_all(self):
        async with open_ring(None, service="kernel") as ring:
            assert ring is None

    def test_what_stands_in_redis_is_never_run(self):
        with pytest.raises(UnicodeDecodeError):
            deserialize(pickle.dumps({"f": "wake"}))
        assert deserialize(serialize({"f": "wake"})) == {"f": "wake"}


class TestBellSettings:
    def test_are_complete_in_one_dict(self):
        settings = bell_settings("kernel", runner=None)

        assert settings["keep_result"] == 0
        assert settings["job_deserializer"] is deserialize
        assert settings["health_check_key"].startswith("balai:kernel:health:")
        assert settings["expires_extra_ms"] == 7 * 24 * 3600 * 1000


class TestWorker:
    async def test_is_woken_by_the_bell(self, sessions, kernel_url, valkey):
        async with (
            working(kernel_worker(kernel_url, valkey.url, sweep_s=3600)),
            open_ring(valkey.url, service="kernel") as ring,
        ):
            for name in ("a", "b"):
                queued = await queue_job(sessions, "add-rows", AddRows(names=[name]), ring=ring)
                await eventually(succeeded(sessions, queued))

    async def test_a_bell_rung_while_its_job_runs_is_not_swallowed(self, valkey):
        job = new_id()
        async with open_ring(valkey.url, service="kernel") as ring:
            await ring([job])
            await ring([job])

        assert valkey.command("ZCARD", queue_of("kernel")) == 2

    async def test_flushall_at_any_moment_loses_nothing(self, sessions, kernel_url, valkey):
        queued = []
        async with (
            working(kernel_worker(kernel_url, valkey.url)),
            open_ring(valkey.url, service="kernel") as ring,
        ):
            for number in range(12):
                names = AddRows(names=[f"{number}-{step}" for step in range(3)])
                queued.append(await queue_job(sessions, "add-rows", names, ring=ring))
                valkey.flush()
            for job in queued:
                await eventually(succeeded(sessions, job))

        async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
            assert await session.scalar(select(func.count()).select_from(Row)) == 36

    async def test_works_without_redis(self, sessions, kernel_url):
        first = await queue_job(sessions, "add-rows", AddRows(names=["a"]))

        async with working(kernel_worker(kernel_url)):
            await eventually(succeeded(sessions, first))

    async def test_hears_again_when_redis_comes_back(self, sessions, kernel_url):
        own = Valkey()
        own.start()
        try:
            async with working(kernel_worker(kernel_url, own.url)):
                first = await queue_job(sessions, "add-rows", AddRows(names=["a"]))
                await eventually(succeeded(sessions, first))
                own.kill()
                second = await queue_job(sessions, "add-rows", AddRows(names=["b"]))
                await eventually(succeeded(sessions, second))
                own.start()
                async with open_ring(own.url, service="kernel") as ring:
                    await ring([new_id()])
                    await eventually(lambda: own.command("ZCARD", queue_of("kernel")) == 0)
        finally:
            own.destroy()


@asynccontextmanager
async def process_that_holds_a_job(sessions, *arguments: str) -> AsyncIterator[Process]:
    """Run a worker of its own and wait until it has begun its job."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.shared.jobs.kernel_worker", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually(lambda: rows_of(sessions), within_s=60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class TestProcess:
    async def test_the_job_of_a_killed_worker_is_done_by_another_after_the_lease(
        self, sessions, kernel_url, valkey
    ):
        queued = await queue_job(sessions, "hold")
        async with process_that_holds_a_job(sessions, kernel_url, valkey.url) as process:
            process.kill()
        await change_jobs(sessions, kind="add-rows", payload={"names": ["after"]})
        other = kernel_worker(kernel_url)

        await other.drain()
        assert (await find_job(sessions, queued)).state is JobState.RUNNING
        await change_jobs(sessions, lease_until=text("now()"))
        await other.drain()

        job = await find_job(sessions, queued)
        assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)
        assert await rows_of(sessions) == 2

    async def test_a_worker_that_is_told_to_end_gives_its_job_back(
        self, sessions, kernel_url, valkey
    ):
        queued = await queue_job(sessions, "hold")

        async with process_that_holds_a_job(sessions, kernel_url, valkey.url) as process:
            process.terminate()
            code = await asyncio.wait_for(process.wait(), 20)

        assert code == 0
        assert (await find_job(sessions, queued)).state is JobState.QUEUED


async def rows_of(sessions) -> int:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        return await session.scalar(select(func.count()).select_from(Row))
