"""The import of participants, thousands of rows in each transaction."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypeAlias

import asyncpg

from services.enrollment.areas.queries import find_codes, get_state
from services.enrollment.areas.rules import LEVEL_BY_LENGTH, AreasNotCopiedError
from services.enrollment.base import Base, Job, RowVerdict
from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.import_helpers.jobs import Helper, helping
from services.enrollment.participant_duplicates.schemas import CompareImported
from services.enrollment.participant_imports import operations
from services.enrollment.participant_imports.operations import Importer, Judged, Ready
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


@dataclass(frozen=True, slots=True)
class Rows:
    """What the helper is asked first: to make these rows ready."""

    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of areas that rows name: those of homes, and the districts of NIKs.

    The helper asks for them; the answer says which `known` ones are in force.
    """

    homes: set[str]
    districts: set[str]
    known: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Made:
    """Rows made ready, the verdicts on the others, and the columns of the lines."""

    ready: list[Ready]
    refused: list[Verdict]
    columns: dict[type[Base], list[str]]


class Making:
    """The helper's work: judge and seal rows, in a process that never asks the database."""

    def __init__(self, importer: Importer) -> None:
        self._importer = importer
        self._judged: list[Judged] = []
        self._refused: list[Verdict] = []
        self._looked_up: set[str] = set()

    def __call__(self, question: Rows | Codes) -> Codes | Made:
        """Answer with the rows made ready, or ask for codes that no row has named before."""
        importer = self._importer
        if isinstance(question, Codes):
            importer.areas |= question.known
            self._looked_up |= question.homes | question.districts
        else:
            self._judged, self._refused = operations.judge_rows(question.rows, importer)
        homes = {each.said.home_area_code for each in self._judged} - self._looked_up
        districts = {each.nik.district_code for each in self._judged} - self._looked_up
        if homes or districts:
            return Codes(homes, districts)
        ready, homeless = operations.seal_rows(self._judged, importer, known=importer.areas)
        return Made(ready, [*self._refused, *homeless], importer.columns)


class _Import:
    """One run of an import."""

    def __init__(
        self,
        context: JobContext,
        importer: Importer,
        helper: Helper[Rows | Codes, Codes | Made],
    ) -> None:
        self._context = context
        self._importer = importer
        self._helper = helper

    async def prepare(self, rows: list[Row]) -> Chunk:
        """Have rows judged and sealed while those before are being written."""
        importer = self._importer
        found = await self._helper.ask(Rows(rows))
        while isinstance(found, Codes):
            known = await self._areas(found.homes, found.districts)
            found = await self._helper.ask(replace(found, known=known))
        importer.columns.update(found.columns)
        first, repeated = operations.once_each(found.ready, importer)
        return first, [*found.refused, *repeated]

    async def _areas(self, homes: set[str], districts: set[str]) -> set[str]:
        """Return which of the codes are in force.

        Raises:
            AreasNotCopiedError: when the copy of a home's level is not there yet.
        """
        async with self._context.transaction() as session:
            known = await find_codes(session, homes | districts)
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
    async with helping(Making(importer)) as helper:
        run = _Import(context, importer, helper)
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
