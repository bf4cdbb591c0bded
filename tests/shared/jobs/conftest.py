"""A runner of the kernel's jobs, without Redis."""

from collections.abc import AsyncIterator

import pytest

from shared.jobs.context import WorkerContext
from shared.jobs.runner import Runner
from tests.shared.jobs.kernel_worker import HANDLERS, kernel_worker


@pytest.fixture
async def context(kernel_url: str) -> AsyncIterator[WorkerContext]:
    async with kernel_worker(kernel_url).context() as context:
        yield context


@pytest.fixture
def runner(context: WorkerContext) -> Runner:
    return Runner(context, HANDLERS)
