"""The frame of every import about people: read ahead, bring in, and go on where it stopped."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, RowVerdict
from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.identities.rules import NikKeys
from services.enrollment.people_imports import operations, queries, rules
from services.enrollment.people_imports.rules import Row
from services.enrollment.people_imports.schemas import ImportFile
from shared.db.audit import note_reads
from shared.db.imports import keep_verdicts, last_judged, tally
from shared.db.session import transaction
from shared.errors import ServiceError
from shared.files.cells import Column
from shared.files.csv import EXTRA
from shared.files.xlsx import Cell
from shared.jobs.context import JobContext
from shared.schemas.imports import Outcome, UploadGoneError, Verdict, refused

Prepared = TypeVar("Prepared")

# A piece is read by the thread that parses the file, which waits for the loop.
_PIECE_WITHIN_S: Final = 60.0
_FIRST: Final = 5


class SealedFile:
    """A sealed file as a thread reads it: begun anew as often as wanted, held a piece at a time."""

    def __init__(
        self, context: JobContext, upload_id: UUID, key: bytes, places: list[tuple[int, int]]
    ) -> None:
        self._context = context
        self._upload_id = upload_id
        self._key = key
        self._places = places
        self._loop = asyncio.get_running_loop()

    def pieces(self) -> Iterator[bytes]:
        """Yield the file's bytes; not for the loop's own thread.

        Raises:
            UploadGoneError: when it has been cleared away.
        """
        # The next piece is on its way while one is looked at.
        coming = map(self._begin, self._places)
        ahead = next(coming, None)
        for part, piece in self._places:
            sealed = ahead.result(_PIECE_WITHIN_S) if ahead else b""
            ahead = next(coming, None)
            where = rules.place_of_piece(self._upload_id, part, piece)
            yield rules.open_piece(self._key, sealed, where=where)

    def _begin(self, place: tuple[int, int]) -> Future[bytes]:
        return asyncio.run_coroutine_threadsafe(self._read(*place), self._loop)

    async def _read(self, part: int, piece: int) -> bytes:
        async with self._context.transaction() as session:
            sealed = await queries.read_piece(session, self._upload_id, part, piece)
        if sealed is None:
            raise UploadGoneError
        return sealed


@dataclass(frozen=True, slots=True)
class Importing(Generic[Prepared]):
    """What tells one import from another.

    `prepare` makes rows ready, in a thread, while those before are being brought in; `bring` brings
    them in, in one transaction with their verdicts. `again` reads the file from its first row after
    an interruption, for an import whose rows know what came before them.
    """

    columns: Mapping[str, Column]
    size: int
    prepare: Callable[[list[Row]], Prepared]
    bring: Callable[[Prepared], Awaitable[None]]
    again: bool = False


async def open_file(context: JobContext, keys: NikKeys, upload_id: UUID) -> SealedFile:
    """Return a sealed file to read.

    Raises:
        UploadGoneError: when it has been cleared away.
    """
    async with context.transaction() as session:
        key = await queries.find_key(session, upload_id)
        if key is None:
            raise UploadGoneError
        places = await queries.list_pieces(session, upload_id)
    return SealedFile(context, upload_id, operations.open_key(keys, key), places)


async def run_import(
    context: JobContext, payload: ImportFile, keys: NikKeys, importing: Importing[Any]
) -> dict[str, Any]:
    """Bring the rows of a file in; the result counts what became of them.

    An interrupted run goes on after the last row that has its verdict.
    """
    file = await open_file(context, keys, payload.upload_id)
    survey = await asyncio.to_thread(rules.survey_file, file.pieces, columns=importing.columns)
    async with context.transaction() as session:
        done = await last_judged(session, RowVerdict, context.job_id)
    rows = rules.read_rows(file.pieces, survey, columns=importing.columns)
    place = 0 if importing.again else await asyncio.to_thread(_skip, rows, done)
    ahead = _Ahead(rows, importing, begun=place > 0)
    try:
        async for size, prepared in ahead.chunks():
            await importing.bring(prepared)
            place += size
            await context.progress(place, survey.rows)
    finally:
        await ahead.stop()
    async with context.transaction() as session:
        return await tally(session, RowVerdict, context.job_id)


def _skip(rows: Iterator[Row], done: int) -> int:
    """Read past the rows that have their verdicts, and return how many there were."""
    passed = 0
    for number, _ in rows if done else ():
        passed += 1
        if number >= done:
            break
    return passed


class _Ahead:
    """Reads a file on in a thread: some chunks are made ready while one is brought in."""

    def __init__(self, rows: Iterator[Row], importing: Importing[Any], *, begun: bool) -> None:
        self._rows = rows
        self._begun = begun
        self._importing = importing
        self._waiting: deque[asyncio.Task[tuple[int, Any] | None]] = deque()

    async def chunks(self) -> AsyncIterator[tuple[int, Any]]:
        """Yield how many rows a chunk has, and the chunk; it ends with the file."""
        size = self._importing.size
        # Nothing can be brought in before the first chunk is ready: it is a small one. Who goes on
        # where another run stopped cuts the file where that run would have: it may be alive.
        self._begin(size if self._begun else -(-size // _FIRST))
        self._begin(size)
        while (chunk := await self._waiting[0]) is not None:
            self._begin(size)
            self._waiting.popleft()
            yield chunk

    def _begin(self, size: int) -> None:
        last = self._waiting[-1] if self._waiting else None
        self._waiting.append(asyncio.create_task(self._follow(last, size)))

    async def _follow(self, last: asyncio.Task[Any] | None, size: int) -> tuple[int, Any] | None:
        if last is not None and await last is None:
            return None
        return await asyncio.to_thread(self._read, size)

    def _read(self, size: int) -> tuple[int, Any] | None:
        chunk = list(islice(self._rows, size))
        return (len(chunk), self._importing.prepare(chunk)) if chunk else None

    async def stop(self) -> None:
        """Wait for nothing more."""
        for task in self._waiting:
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)


def sender_transaction(
    context: JobContext, payload: ImportFile
) -> AbstractAsyncContextManager[AsyncSession]:
    """Open a transaction of whoever sent the file, within his reach: what he did stands as his."""
    return transaction(
        context.sessions, scope=payload.scope, actor=payload.sender.actor, ring=context.ring
    )


Content = TypeVar("Content")
Judged: TypeAlias = tuple[int, Content] | Verdict


@dataclass(frozen=True, slots=True)
class RowByRow(Generic[Content]):
    """An import whose rows are brought in one by one, each in a savepoint that a refusal undoes.

    `read` makes a body of a row's cells; `key` names what it is about, of which a file has one row;
    `bring` carries it out. In a transaction stand `size` rows, far below a second. `named` takes
    from `bring` whom each row has asked about, None for nobody: it is noted for good, as
    `action`, whatever became of the row and though the file was only judged.
    """

    columns: Mapping[str, Column]
    read: Callable[[Mapping[str, Cell]], Content]
    key: Callable[[Content], object]
    bring: Callable[[AsyncSession, int, Content], Awaitable[Verdict]]
    size: int = 40
    named: list[UUID | None] = field(default_factory=list)
    action: str = "import.named"


async def run_row_by_row(
    context: JobContext, payload: ImportFile, keys: NikKeys, rows: RowByRow[Any]
) -> dict[str, Any]:
    """Bring the rows of a file in one by one; the result counts what became of them."""
    known: set[object] = set()
    judging = payload.mode is ImportMode.VALIDATE

    def prepare(chunk: list[Row]) -> list[Judged[Any]]:
        return [_read_row(number, cells, rows, known, payload) for number, cells in chunk]

    async def bring(chunk: list[Judged[Any]]) -> None:
        numbers = [each.row if isinstance(each, Verdict) else each[0] for each in chunk]
        async with sender_transaction(context, payload) as session:
            await operations.hold_turn(session, context.job_id)
            if await last_judged(session, RowVerdict, context.job_id) >= max(numbers):
                return
            async with session.begin_nested() as brought:
                verdicts = [await _bring_row(session, each, rows, payload) for each in chunk]
                if judging:
                    await brought.rollback()
                    verdicts = [_without_id(each) for each in verdicts]
            asked, rows.named[:] = [*rows.named], []
            detail = {"job_id": str(context.job_id)}
            await note_reads(session, Audit, action=rows.action, subject_ids=asked, detail=detail)
            await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)

    importing = Importing(rows.columns, rows.size, prepare, bring, again=judging)
    return await run_import(context, payload, keys, importing)


def _read_row(
    number: int,
    cells: Mapping[str, Cell],
    rows: RowByRow[Any],
    known: set[object],
    payload: ImportFile,
) -> Judged[Any]:
    try:
        if EXTRA in cells:
            raise rules.RowTooLongError
        body = rows.read(cells)
        key = rows.key(body)
        if key in known:
            raise rules.RowRepeatedError
    except ServiceError as error:
        return refused(number, error, payload.language)
    known.add(key)
    return number, body


async def _bring_row(
    session: AsyncSession, row: Judged[Any], rows: RowByRow[Any], payload: ImportFile
) -> Verdict:
    if isinstance(row, Verdict):
        return row
    number, body = row
    try:
        async with session.begin_nested():
            return await rows.bring(session, number, body)
    except ServiceError as error:
        return refused(number, error, payload.language)


def _without_id(verdict: Verdict) -> Verdict:
    """Return the verdict on a row that was only judged: what it would make has no id."""
    if verdict.outcome is not Outcome.CREATED:
        return verdict
    return replace(verdict, id=None)
