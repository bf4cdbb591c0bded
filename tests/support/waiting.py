"""Wait for what happens in its own time, with a deadline instead of a guess."""

import asyncio
import inspect
import time
from collections.abc import Callable


async def eventually(condition: Callable[[], object], *, within_s: float = 20.0) -> object:
    """Return the first true answer of `condition`, which may be a coroutine function.

    Raises:
        AssertionError: when there is none within `within_s`.
    """
    until = time.monotonic() + within_s
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        assert time.monotonic() < until, f"not within {within_s} s: {condition}"
        await asyncio.sleep(0.01)
