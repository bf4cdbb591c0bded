"""The seat desk: claims that arrive while the last batch is being written are the next batch.

A lane runs while there are claims, without a timer: under no load a claim is written at once, and
the busier it gets the larger the batches grow (architecture D4). One process has one desk.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from services.enrollment.classes.rules import ClassUnknownError
from services.enrollment.enrollments import rules
from services.enrollment.enrollments.queries import find_alternatives
from services.enrollment.enrollments.schemas import Alternative
from services.enrollment.participants.rules import GuardianMissingError, PersonRestrictedError
from services.enrollment.quotas.rules import QuotaFullError
from shared.db.idempotency import KeyReusedError
from shared.db.session import Sessions, transaction
from shared.errors import ServiceError
from shared.logging import get_logger
from shared.scope import SYSTEM, Actor, Place

_CLAIM_SEATS: Final = "SELECT * FROM enrollment.claim_seats($1, $2, $3, $4, $5, $6, $7, $8)"
_PLACE: Final = (
    "SELECT province_code, regency_code, facility_id, owner_ministry, co_ministry, host_ministry"
    " FROM enrollment.class WHERE id = $1"
)
_DESK: Final = Actor(issuer="balai:enrollment", subject="seat-desk")

_CLAIMED: Final = "claimed"
_REPLAYED: Final = "replayed"
_AGAIN: Final = "again"
_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    error.code: error
    for error in (
        KeyReusedError,
        ClassUnknownError,
        rules.ParticipantUnknownError,
        rules.WindowNotOpenError,
        rules.WindowClosedError,
        rules.ClassNotOpenError,
        rules.SelectionPendingError,
        rules.KindNotEligibleError,
        rules.AgeNotEligibleError,
        rules.AreaNotEligibleError,
        GuardianMissingError,
        PersonRestrictedError,
        rules.EnrollmentIdTakenError,
        rules.AlreadyEnrolledError,
        rules.ClassFullError,
        QuotaFullError,
    )
}
REFUSALS: Final = tuple(_REFUSALS.values())

# What may pass when the batch is sent once more. Whether the first try was committed is unknown
# then; if it was, every claim finds the answer under its key.
_PASSING: Final = (
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    OSError,
)

_MAX_PLACES: Final = 20_000
_MAX_BOARDS: Final = 1_000
_STALE_S: Final = 10.0
_log = get_logger(__name__)


class Claim(NamedTuple):
    """One claim for a seat, in the order of the parameters of `claim_seats`."""

    class_id: UUID
    enrollment_id: UUID
    participant_id: UUID
    caller: str
    key: str
    body_hash: bytes
    arrived_at: datetime
    request_id: str | None


class Answer(NamedTuple):
    """The stored answer to a claim; `replayed` when it was given before."""

    enrollment_id: UUID
    body: bytes
    replayed: bool


# Class, caller and key: what makes a request the same request.
_Identity: TypeAlias = tuple[UUID, str, str]


class _Row(NamedTuple):
    """What PostgreSQL said of one claim; `body` is the answer, or what a refusal says beside."""

    outcome: str
    enrollment_id: UUID
    body: bytes | None


def _told(refusal: type[ServiceError], body: bytes | None) -> dict[str, object]:
    """Return what a refusal says beyond its sentence: the state of the class, or the full quota."""
    if body is None:
        return {}
    told: dict[str, object] = json.loads(body)
    return {"quota": told} if refusal is QuotaFullError else told


@dataclass(slots=True, eq=False)
class _Ticket:
    """A claim in the queue, and everybody who waits for its answer."""

    claim: Claim
    identity: _Identity
    waiters: list[asyncio.Future[Answer]] = field(default_factory=list)

    def marks(self) -> tuple[object, ...]:
        """Return what no two claims of one batch may share: person, id or key."""
        claim = self.claim
        return claim.participant_id, (claim.class_id, claim.enrollment_id), self.identity

    def answer(self, row: _Row) -> None:
        """Tell the first who asked, and all who asked the same meanwhile that it is a replay."""
        refusal = _REFUSALS.get(row.outcome)
        if refusal is not None:
            self.refuse(refusal(extra=_told(refusal, row.body)))
            return
        if row.body is None:
            raise KeyError(row.outcome)
        for place, waiter in enumerate(self.waiters):
            if not waiter.done():
                replayed = place > 0 or row.outcome == _REPLAYED
                waiter.set_result(Answer(row.enrollment_id, row.body, replayed))

    def refuse(self, error: BaseException) -> None:
        """Tell everybody who waits that it did not work."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_exception(error)


class SeatDesk:
    """Collects claims and writes them in batches, each in one transaction.

    `lanes` batches are written at a time, of `batch` claims at most. Claims beyond `bound` in the
    queue are refused at once. `one_class` keeps a transaction to one class, as a database that is
    spread over several machines wants it.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        lanes: int = 1,
        batch: int = 64,
        bound: int = 2048,
        one_class: bool = False,
    ) -> None:
        self._pool = pool
        self._batch = batch
        self._bound = bound
        self._one_class = one_class
        self._queue: deque[_Ticket] = deque()
        self._in_flight: dict[_Identity, _Ticket] = {}
        self._idle = lanes
        self._running: set[asyncio.Task[None]] = set()

    async def claim(self, claim: Claim) -> Answer:
        """Claim a seat; the answer comes after the commit.

        Raises:
            DeskBusyError: when too many claims wait already.
            ServiceError: one of `REFUSALS`, when the claim is refused; nothing is stored then.
        """
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        ticket = _Ticket(claim, (claim.class_id, claim.caller, claim.key))
        twin = self._in_flight.setdefault(ticket.identity, ticket)
        if twin is not ticket and twin.claim.body_hash == claim.body_hash:
            twin.waiters.append(waiter)
            return await waiter
        if len(self._queue) >= self._bound:
            self._forget(ticket)
            raise rules.DeskBusyError(retry_after_s=1)
        ticket.waiters.append(waiter)
        self._queue.append(ticket)
        self._wake()
        return await waiter

    async def drain(self) -> None:
        """Wait until every claim has its answer."""
        while self._running:
            await asyncio.gather(*self._running)

    def _wake(self) -> None:
        if self._idle:
            self._idle -= 1
            lane = asyncio.create_task(self._run())
            self._running.add(lane)
            lane.add_done_callback(self._running.discard)

    def _forget(self, ticket: _Ticket) -> None:
        if self._in_flight.get(ticket.identity) is ticket:
            del self._in_flight[ticket.identity]

    async def _run(self) -> None:
        """Write batches until the queue is empty."""
        try:
            while batch := self._take():
                await self._serve(batch)
        finally:
            # Not when the task is seen to be done: a claim that came in between would wait for
            # a lane that has looked at the queue for the last time.
            self._idle += 1

    async def _serve(self, batch: Sequence[_Ticket]) -> None:
        try:
            self._settle(batch, await self._write([ticket.claim for ticket in batch]))
        except Exception as error:  # noqa: BLE001 - everybody who waits is told
            await self._failed(batch, error)

    def _take(self) -> list[_Ticket]:
        """Take the claims of the next batch, in order; those that would clash stay in front."""
        taken: list[_Ticket] = []
        left: list[_Ticket] = []
        marks: set[object] = set()
        for _ in range(min(len(self._queue), 4 * self._batch)):
            if len(taken) == self._batch:
                break
            ticket = self._queue.popleft()
            if self._fits(ticket, taken) and marks.isdisjoint(own := ticket.marks()):
                taken.append(ticket)
                marks.update(own)
            else:
                left.append(ticket)
        self._queue.extendleft(reversed(left))
        return taken

    def _fits(self, ticket: _Ticket, taken: Sequence[_Ticket]) -> bool:
        return not (self._one_class and taken and ticket.claim.class_id != taken[0].claim.class_id)

    async def _write(self, claims: Sequence[Claim]) -> list[_Row]:
        """Write a batch, once more when what stopped it may have passed."""
        try:
            return await self._call(claims)
        except _PASSING as error:
            _log.warning("desk-retries", claims=len(claims), error=type(error).__name__)
            return await self._call(claims)

    async def _call(self, claims: Sequence[Claim]) -> list[_Row]:
        columns = zip(*claims, strict=True)
        rows = await self._pool.fetch(_CLAIM_SEATS, *columns)
        answers = {
            row["ord"]: _Row(row["outcome"], row["enrollment_id"], row["body"]) for row in rows
        }
        return [answers[place] for place in range(1, len(claims) + 1)]

    def _settle(self, batch: Iterable[_Ticket], rows: Iterable[_Row]) -> None:
        again: list[_Ticket] = []
        for ticket, row in zip(batch, rows, strict=True):
            if row.outcome == _AGAIN:
                again.append(ticket)
            else:
                self._forget(ticket)
                ticket.answer(row)
        self._queue.extendleft(reversed(again))

    async def _failed(self, batch: Sequence[_Ticket], error: Exception) -> None:
        """Tell everybody of a failure of the database; of any other, find out whose it is."""
        if len(batch) == 1 or isinstance(error, _PASSING):
            for ticket in batch:
                self._forget(ticket)
                ticket.refuse(error)
            return
        _log.error("desk-one-by-one", claims=len(batch), exc_info=error)
        for ticket in batch:
            await self._serve([ticket])


class ClassPlaces:
    """Where classes lie, remembered: that never changes, and every claim is held against it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._known: dict[UUID, Place] = {}

    async def place(self, class_id: UUID) -> Place:
        """Return where a class lies.

        Raises:
            ClassUnknownError: when there is none.
        """
        known = self._known.get(class_id)
        if known is not None:
            return known
        row = await self._pool.fetchrow(_PLACE, class_id)
        if row is None:
            raise ClassUnknownError
        if len(self._known) >= _MAX_PLACES:
            del self._known[next(iter(self._known))]
        self._known[class_id] = place = Place(**row)
        return place


@dataclass(slots=True, eq=False)
class _Board:
    """What is open near one class: what the last look found, and the look that is under way.

    `found` is None until a look has succeeded. Until `good_until` there is no other look.
    """

    found: list[Alternative] | None = None
    found_at: float = 0.0
    good_until: float = 0.0
    looking: asyncio.Task[list[Alternative]] | None = None


class AlternativesBoard:
    """What else is open, looked up once a second for each full class however many ask.

    One class is looked up at a time: a rush of refusals must not take the connections of others.
    Whoever asks holds no connection of the same pool meanwhile, or all would wait for each other.
    When more classes are full than can be looked up in a second, the last answer is shown while
    the next is on its way: with 625 full classes two refusals of three waited a second for nothing.
    """

    def __init__(self, sessions: Sessions, *, keep_s: float = 1.0, wait_s: float = 1.0) -> None:
        self._sessions = sessions
        self._keep_s = keep_s
        self._wait_s = wait_s
        self._turn = asyncio.Lock()
        self._boards: dict[UUID, _Board] = {}

    async def alternatives(self, class_id: UUID, *, now: datetime) -> list[Alternative]:
        """Return the nearest classes of the same wave with free seats, as of the last seconds.

        Nothing is named when that takes longer than `wait_s` or fails: it is no more than a hint.
        """
        board = self._board(class_id)
        present = asyncio.get_running_loop().time()
        if board.looking is None and board.good_until <= present:
            board.looking = asyncio.create_task(self._find(class_id, now))
            board.looking.add_done_callback(partial(self._show, board))
        if board.found is not None and present < board.found_at + _STALE_S:
            return board.found
        if board.looking is None:
            return []
        try:
            async with asyncio.timeout(self._wait_s):
                return await asyncio.shield(board.looking)
        except (SQLAlchemyError, *_PASSING) as error:
            _log.warning("alternatives-unknown", class_id=class_id, error=type(error).__name__)
            return []

    def _board(self, class_id: UUID) -> _Board:
        board = self._boards.get(class_id)
        if board is None:
            if len(self._boards) >= _MAX_BOARDS:
                self._boards.clear()
            board = self._boards[class_id] = _Board()
        return board

    async def _find(self, class_id: UUID, now: datetime) -> list[Alternative]:
        async with (
            self._turn,
            transaction(self._sessions, scope=SYSTEM, actor=_DESK) as session,
        ):
            return await find_alternatives(session, class_id=class_id, now=now)

    def _show(self, board: _Board, looked: asyncio.Task[list[Alternative]]) -> None:
        present = looked.get_loop().time()
        board.looking = None
        board.good_until = present + self._keep_s
        # Everybody who asked may have gone meanwhile: the failure is taken note of here.
        if not looked.cancelled() and looked.exception() is None:
            board.found, board.found_at = looked.result(), present


@dataclass(frozen=True, slots=True)
class SeatOffice:
    """What the route of a claim needs: the desk, where classes lie, and what else is open."""

    desk: SeatDesk
    places: ClassPlaces
    board: AlternativesBoard


@asynccontextmanager
async def open_office(
    database_url: str,
    sessions: Sessions,
    *,
    lanes: int = 1,
    batch: int = 64,
    bound: int = 2048,
    one_class: bool = False,
) -> AsyncIterator[SeatOffice]:
    """Yield the desk of this process with connections of its own; answer all claims at the end."""
    async with asyncpg.create_pool(
        database_url.replace("postgresql+asyncpg://", "postgresql://", 1),
        min_size=lanes,
        max_size=lanes + 1,
        timeout=5,
        # More than the server gives a transaction: it speaks when the server has fallen silent.
        command_timeout=8,
        reset=_keep,
        server_settings={
            "application_name": "enrollment-desk",
            "timezone": "UTC",
            "transaction_timeout": "5s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "5s",
        },
    ) as pool:
        desk = SeatDesk(pool, lanes=lanes, batch=batch, bound=bound, one_class=one_class)
        yield SeatOffice(desk, ClassPlaces(pool), AlternativesBoard(sessions))
        await desk.drain()


async def _keep(_: asyncpg.Connection) -> None:
    """Leave a connection as it is: every statement of the desk is a transaction of its own."""
