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
from services.enrollment.participant_imports.operations import Importer, Ready
from services.enrollment.participant_imports.rules import COLUMNS
from services.enrollment.participant_imports.schemas import ImportParticipants
from services.enrollment.participants.operations import NikPolicy
from services.enrollment.people_imports.jobs import Importing, run_import, sender_transaction
from services.enrollment.people_imports.operations import hold_turn
from services.enrollment.people_imports.rules import Row
from shared.clock import ledger_day
from shared.db.imports import keep_verdicts, last_judged
from shared.db.jobs import add_job
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Verdict

# A transaction of this many rows takes a quarter of a second: every feed stands still meanwhile.
_CHUNK: Final = 5_000
_TRIES: Final = 3
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

    async def prepare(self, rows: list[Row]) -> Chunk:
        """Judge and seal rows while those before are being written."""
        importer = self._importer
        judged, bad = await asyncio.to_thread(operations.judge_rows, rows, importer)
        homes = {each.said.home_area_code for each in judged}
        known = await self._areas(homes, {each.nik.district_code for each in judged})
        ready, homeless = await asyncio.to_thread(
            operations.seal_rows, judged, importer, known=known
        )
        first, repeated = operations.once_each(ready, importer)
        return first, [*bad, *homeless, *repeated]

    async def _areas(self, homes: set[str], districts: set[str]) -> set[str]:
        """Return which of the codes are in force.

        Raises:
            AreasNotCopiedError: when the copy of a home's level is not there yet.
        """
        known = self._importer.areas
        asked = (homes | districts) - known
        if asked:
            async with self._context.transaction() as session:
                known |= await find_codes(session, asked)
                missing = homes - known
                if missing:
                    copied = (await get_state(session)).levels
                    if any(LEVEL_BY_LENGTH[len(code)] not in copied for code in missing):
                        raise AreasNotCopiedError(retry_after_s=5)
        return known

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
        job_id, payload = self._importer.job_id, self._importer.payload
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
    importer = Importer(payload, policy, ledger_day(payload.asked_at), context.job_id)
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
