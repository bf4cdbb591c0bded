"""The import of participants, thousands of rows in each transaction."""

import asyncio
from functools import partial
from typing import Any, Final, TypeAlias

import asyncpg

from services.enrollment.areas.queries import find_codes, get_state
from services.enrollment.areas.rules import LEVEL_BY_LENGTH, AreasNotCopiedError
from services.enrollment.base import Job, RowVerdict
from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.participant_duplicates.schemas import CompareImported
from services.enrollment.participant_imports import operations
from services.enrollment.participant_imports.operations import Importer
from services.enrollment.participant_imports.schemas import ImportParticipants
from services.enrollment.participants.operations import NikPolicy
from services.enrollment.people_imports.jobs import (
    Importing,
    run_import,
    sender_transaction,
)
from services.enrollment.people_imports.operations import hold_turn
from services.enrollment.people_imports.rules import Row
from services.enrollment.person_lines.operations import Lines, Ready
from services.enrollment.person_rows.operations import Reader, codes_of, once_each, read_people
from services.enrollment.person_rows.rules import COLUMNS
from shared.clock import ledger_day
from shared.db.imports import keep_verdicts, last_judged
from shared.db.jobs import add_job
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Verdict

# A transaction of this many rows takes a quarter of a second: every feed stands still meanwhile.
_CHUNK: Final = 5_000
_TRIES: Final = 3
# The thread that reads the file asks the loop for areas.
_AREAS_WITHIN_S: Final = 60.0
_AGAIN: Final = (
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
)

Chunk: TypeAlias = tuple[list[Ready], list[Verdict]]


class _Import:
    """One run of an import."""

    def __init__(self, context: JobContext, importer: Importer) -> None:
        self._context = context
        self._importer = importer
        self._loop = asyncio.get_running_loop()

    def prepare(self, rows: list[Row]) -> Chunk:
        """Read rows, and seal what is sealed of them, while those before are being written."""
        reader = self._importer.reader
        homes, districts = codes_of(rows, reader)
        if homes or districts:
            asking = asyncio.run_coroutine_threadsafe(self._ask_areas(homes, districts), self._loop)
            asking.result(_AREAS_WITHIN_S)
        ready, refused = read_people(rows, reader)
        first, repeated = once_each(ready, reader)
        return first, [*refused, *repeated]

    async def _ask_areas(self, homes: set[str], districts: set[str]) -> None:
        """Learn which of the codes are in force.

        Raises:
            AreasNotCopiedError: when the copy of a home's level is not there yet.
        """
        reader = self._importer.reader
        async with self._context.transaction() as session:
            reader.learn_areas(homes | districts, await find_codes(session, homes | districts))
            missing = homes - reader.areas
            if missing:
                copied = (await get_state(session)).levels
                if any(LEVEL_BY_LENGTH[len(code)] not in copied for code in missing):
                    raise AreasNotCopiedError(retry_after_s=5)

    async def bring(self, chunk: Chunk) -> None:
        """Register the people of a chunk; whom somebody else is registering is waited for."""
        for attempt in range(1, _TRIES + 1):
            try:
                await self._bring(*chunk)
            except _AGAIN:
                if attempt == _TRIES:
                    raise
            else:
                return

    async def _bring(self, rows: list[Ready], verdicts: list[Verdict]) -> None:
        job_id, payload = self._importer.job_id, self._importer.reader.payload
        numbers = [each.number for each in rows] + [each.row for each in verdicts]
        async with sender_transaction(self._context, payload) as session:
            if payload.mode is ImportMode.VALIDATE:
                told = await operations.judge_only(session, rows, self._importer)
                await keep_verdicts(session, RowVerdict, job_id=job_id, verdicts=[*verdicts, *told])
                return
            await hold_turn(session, job_id)
            if await last_judged(session, RowVerdict, job_id) >= max(numbers):
                return
            made, told = await operations.register_rows(session, rows, self._importer)
            await operations.write_verdicts(session, job_id, made, [*verdicts, *told])


async def import_participants(
    policy: NikPolicy, context: JobContext, payload: ImportParticipants
) -> dict[str, Any]:
    """Register the people of a file; the result counts what became of its rows."""
    today = ledger_day(payload.asked_at)
    lines = Lines(context.job_id, payload.sender.actor, today=today, now=payload.asked_at)
    importer = Importer(context.job_id, Reader(payload, policy, today, lines))
    run = _Import(context, importer)
    importing = Importing(
        columns=COLUMNS,
        size=_CHUNK,
        prepare=run.prepare,
        bring=run.bring,
        again=payload.mode is ImportMode.VALIDATE,
    )
    counts = await run_import(context, payload, policy.keys, importing)
    if payload.mode is ImportMode.COMMIT:
        async with context.transaction() as session:
            compare = CompareImported(import_id=context.job_id)
            await add_job(session, Job, kind=CompareImported.kind, payload=compare)
    return counts


def import_handler(policy: NikPolicy) -> JobHandler[ImportParticipants]:
    """Return the handler of imports of participants."""
    return JobHandler(
        ImportParticipants.kind, ImportParticipants, partial(import_participants, policy)
    )
