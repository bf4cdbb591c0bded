"""The process: a fork that answers one question after another, and ends with its job.

Making rows ready takes more than writing them. In a thread of the worker it would hold the
interpreter, so that the rows before wait for it although PostgreSQL has long been done with them.
"""

import asyncio
import gc
import os
import pickle
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

_SIZE: Final = 8
# Input, output and errors stay open.
_STANDARD: Final = 3
# More than any process has open: the system passes over those that are not.
_LAST: Final = 1 << 20


class Helper(Generic[Question, Answer]):
    """What asks the process. One question at a time; what it raises is raised here."""

    def __init__(self, pid: int, asking: int, answering: int) -> None:
        self.pid = pid
        self._asking = asking
        self._answering = answering
        self._turn = threading.Lock()

    async def ask(self, question: Question) -> Answer:
        """Return what the process makes of a question.

        Raises:
            EOFError, BrokenPipeError: when it has ended.
        """
        found = await asyncio.to_thread(self._exchange, question)
        if isinstance(found, Exception):
            raise found
        answer: Answer = found
        return answer

    def _exchange(self, question: Question) -> Any:  # noqa: ANN401 - an answer or an exception
        with self._turn:
            _send(self._asking, question)
            return _receive(self._answering)

    def close(self) -> None:
        """End the process, whatever it is about; a thread that waits for its answer goes on."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        with self._turn:
            os.close(self._asking)
            os.close(self._answering)


@asynccontextmanager
async def helping(work: Callable[[Question], Answer]) -> AsyncIterator[Helper[Question, Answer]]:
    """Yield a process that does `work`, which may keep things from question to question."""
    questions, answers = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        _serve(work, questions[0], answers[1])
    os.close(questions[0])
    os.close(answers[1])
    helper = Helper[Question, Answer](pid, questions[1], answers[0])
    try:
        yield helper
    finally:
        await asyncio.to_thread(helper.close)


def _serve(work: Callable[[Any], Any], questions: int, answers: int) -> None:
    """Answer until nobody asks any more; the worker's end, however it comes, closes the pipe."""
    try:
        _let_go_of_the_worker(questions, answers)
        while True:
            question = _receive(questions)
            try:
                found = work(question)
            except Exception as error:  # noqa: BLE001 - whoever asked is told
                found = error
            _send(answers, found)
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:  # noqa: BLE001 - nothing of the worker's may run on in its copy
        os._exit(1)


def _let_go_of_the_worker(*kept: int) -> None:
    """Close every connection and socket that came along, and heed signals as a plain process."""
    signal.set_wakeup_fd(-1)
    for heeded in (signal.SIGTERM, signal.SIGINT):
        signal.signal(heeded, signal.SIG_DFL)
    below = _STANDARD
    for each in sorted(kept):
        os.closerange(below, each)
        below = each + 1
    os.closerange(below, _LAST)
    # What was there before the fork stays shared: looking through it would copy it.
    gc.freeze()


def _send(pipe: int, what: object) -> None:
    content = pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL)
    left = memoryview(len(content).to_bytes(_SIZE) + content)
    while left:
        left = left[os.write(pipe, left) :]


def _receive(pipe: int) -> Any:  # noqa: ANN401 - whatever was sent
    size = int.from_bytes(_read(pipe, _SIZE))
    return pickle.loads(_read(pipe, size))  # noqa: S301 - from our own process, over a pipe


def _read(pipe: int, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        piece = os.read(pipe, size - len(content))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)
