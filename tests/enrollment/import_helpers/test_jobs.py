"""A helper answers in turn, holds nothing of the worker's, and never outlives it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys

import psutil
import pytest

from services.enrollment.import_helpers.jobs import helping


class Counting:
    def __init__(self) -> None:
        self.sum = 0

    def __call__(self, number: int) -> int:
        if number < 0:
            raise ValueError(number)
        self.sum += number
        return self.sum


async def test_keeps_what_it_has_seen_and_tells_what_went_wrong():
    async with helping(Counting()) as helper:
        assert [await helper.ask(each) for each in (1, 2, 3)] == [1, 3, 6]
        with pytest.raises(ValueError, match="-7"):
            await helper.ask(-7)
        assert await helper.ask(4) == 10
    assert not psutil.pid_exists(helper.pid)


async def test_what_is_larger_than_a_pipe_comes_through():
    async with helping(len) as helper:
        assert await helper.ask([b"x" * 1_000] * 2_000) == 2_000


async def test_holds_no_connection_of_the_worker():
    ours, theirs = socket.socketpair()
    async with helping(os.fstat) as helper:
        assert await helper.ask(1)
        with pytest.raises(OSError, match="descriptor"):
            await helper.ask(ours.fileno())
        ours.close()
        assert theirs.recv(1) == b""
    theirs.close()


async def test_one_that_is_gone_is_told_of():
    async with helping(Counting()) as helper:
        os.kill(helper.pid, signal.SIGKILL)
        with pytest.raises((EOFError, BrokenPipeError)):
            await helper.ask(1)


def forever(_: int) -> None:
    while True:
        signal.pause()


async def test_ends_though_it_is_busy():
    async with helping(forever) as helper:
        asking = asyncio.create_task(helper.ask(1))
        await asyncio.sleep(0)
    with pytest.raises((EOFError, BrokenPipeError)):
        await asking
    assert not psutil.pid_exists(helper.pid)


_WORKER = """
import asyncio
from services.enrollment.import_helpers.jobs import helping

async def main():
    async with helping(len) as helper:
        await helper.ask([1])
        print(helper.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_ends_with_a_worker_that_was_killed():
    worker = subprocess.Popen([sys.executable, "-c", _WORKER], stdout=subprocess.PIPE, text=True)
    with worker:
        helper = psutil.Process(int(worker.stdout.readline()))
        assert helper.is_running()
        worker.kill()

    gone, _ = psutil.wait_procs([helper], timeout=20)

    assert gone == [helper]
