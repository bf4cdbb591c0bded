"""Background work on areas: load a list, a chunk of rows in each transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas import operations, queries
from services.registry.areas.rules import (
    PARENT_COLUMNS,
    REFUSALS,
    AreaListRefusedError,
    GivenArea,
    PresentArea,
    check_whole,
    codes_left_out,
    read_row,
    what_keeps,
)
from services.registry.areas.schemas import AreaImportMode, ImportAreas, MissingAreas
from services.registry.base import RowVerdict, Upload
from services.registry.imports.rules import RowRepeatedError, RowTooLongError, chunks_of
from shared.clock import JAKARTA, ledger_day, utc_now
from shared.db.imports import keep_verdicts, last_judged, read_upload, tally
from shared.files.csv import EXTRA, read_table
from shared.i18n import Language
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import JUDGED, Outcome, Verdict, refused
from shared.schemas.registry import AreaLevel

_DATA: Final = Path(__file__).parent / "data"
_SHIPPED: Final = ("provinces.csv", "regencies.csv", "districts.csv", "villages.csv")

# Far below a second a chunk: a long write transaction holds up every reader of events.
_CHUNK: Final = 5_000
_COLUMNS: Final[Mapping[str, bool]] = {
    "code": True,
    "name": True,
    **dict.fromkeys(PARENT_COLUMNS, False),
}


@dataclass(frozen=True, slots=True)
class _List:
    """A list as it came, and what is wanted of it."""

    payload: ImportAreas
    rows: Sequence[GivenArea | Verdict]

    @property
    def codes(self) -> list[str]:
        """The codes that the list names."""
        return [row.code for row in self.rows if isinstance(row, GivenArea)]

    @property
    def last_row(self) -> int:
        """The number of the last row."""
        return self.rows[-1].row if self.rows else 0

    @property
    def ends(self) -> bool:
        """Whether codes end that the list leaves out."""
        return self.payload.missing is MissingAreas.END


async def import_areas(context: JobContext, payload: ImportAreas) -> dict[str, Any]:
    """Load a list of areas, or only compare it with what is there.

    An interrupted load goes on after the last row that has its verdict; a comparison, which leaves
    nothing behind to build on, begins again. Returns how many rows came to each outcome.
    """
    files = await _files(context, payload)
    given = _List(payload, await asyncio.to_thread(_rows_of, files, payload.language))
    if payload.mode is AreaImportMode.VALIDATE:
        await _validate(context, given)
    else:
        await _commit(context, given)
    plain = payload.mode is AreaImportMode.COMMIT and not given.ends
    beside = () if plain else (Outcome.MISSING, Outcome.ENDED)
    async with context.transaction() as session:
        counts = await tally(session, RowVerdict, context.job_id, outcomes=(*JUDGED, *beside))
    # Codes that the list leaves out have verdicts, but are no rows of it.
    left_out = sum(counts[outcome.lower()] for outcome in beside)
    return {**counts, "rows": counts["rows"] - left_out}


async def _validate(context: JobContext, given: _List) -> None:
    """Keep a verdict on each row, and on each code that the list leaves out."""
    any_refused = await _compare(context, given, keep=True)
    _, verdicts = await _left_out(context, given, any_refused=any_refused)
    for start in range(0, len(verdicts), _CHUNK):
        part = verdicts[start : start + _CHUNK]
        async with context.transaction() as session:
            await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=part)


async def _commit(context: JobContext, given: _List) -> None:
    async with context.transaction() as session:
        done = await last_judged(session, RowVerdict, context.job_id)
    if given.ends and not done:
        # Nothing is written of a list that may not end what it leaves out.
        any_refused = await _compare(context, given, keep=False)
        await _left_out(context, given, any_refused=any_refused)
    for place, chunk in chunks_of(given.rows, _CHUNK, done=done):
        await _load_chunk(context, given.payload, chunk, last=place == len(given.rows))
        await context.progress(place, len(given.rows))
    if given.ends and done <= given.last_row:
        await _end_left_out(context, given)


async def _compare(context: JobContext, given: _List, *, keep: bool) -> bool:
    """Compare a list with what is there, and tell whether any row would be refused."""
    planned: set[str] = set()
    any_refused = False
    for place, chunk in chunks_of(given.rows, _CHUNK):
        verdicts = [row for row in chunk if isinstance(row, Verdict)]
        async with context.transaction() as session:
            verdicts += await operations.compare_areas(
                session,
                [row for row in chunk if isinstance(row, GivenArea)],
                valid_from=given.payload.valid_from,
                language=given.payload.language,
                planned=planned,
            )
            if keep:
                await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)
        any_refused |= any(each.outcome is Outcome.REFUSED for each in verdicts)
        await context.progress(place if keep else 0, len(given.rows))
    return any_refused


async def _left_out(
    context: JobContext, given: _List, *, any_refused: bool | None
) -> tuple[list[str], list[Verdict]]:
    """Return the codes that end because the list leaves them out, and verdicts on all of those.

    Whether the list may end any is judged before anything is written; later `any_refused` is None.

    Raises:
        AreaListRefusedError, AreaListIncompleteError: when it may not.
    """
    present: dict[str, PresentArea] = {}
    for level in AreaLevel:
        present |= await _in_force(context, level)
    missing = await asyncio.to_thread(codes_left_out, present, given.codes)
    if given.ends and any_refused is not None:
        if any_refused:
            raise AreaListRefusedError
        check_whole(present, given.codes, missing)
    keepers = what_keeps(present, given.codes, missing, valid_from=given.payload.valid_from)
    verdicts = operations.judge_missing(
        present,
        keepers,
        ends=given.ends,
        first_row=given.last_row + 1,
        language=given.payload.language,
    )
    return [code for code, keeper in keepers.items() if keeper is None], verdicts


async def _in_force(context: JobContext, level: AreaLevel) -> dict[str, PresentArea]:
    present: dict[str, PresentArea] = {}
    while True:
        after = max(present, default="")
        async with context.transaction() as session:
            page = await queries.areas_in_force(session, level=level, after=after, limit=_CHUNK)
        present |= page
        if len(page) < _CHUNK:
            return present


async def _end_left_out(context: JobContext, given: _List) -> None:
    """End what the list leaves out, at most a tenth of a level: all in one transaction."""
    ending, verdicts = await _left_out(context, given, any_refused=None)
    valid_from, now = given.payload.valid_from, utc_now()
    async with context.transaction() as session:
        await operations.end_areas(session, ending, valid_from=valid_from)
        await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)
        if ending and valid_from <= ledger_day(now):
            await operations.order_settling(session, valid_from=valid_from, due_at=now)


async def _files(context: JobContext, payload: ImportAreas) -> list[bytes]:
    if payload.upload_id is None:
        return await asyncio.to_thread(lambda: [(_DATA / name).read_bytes() for name in _SHIPPED])
    async with context.transaction() as session:
        return [await read_upload(session, Upload, payload.upload_id)]


def _rows_of(files: list[bytes], language: Language) -> list[GivenArea | Verdict]:
    """Return every row of the files as an area, or as the verdict that refuses it."""
    rows: list[GivenArea | Verdict] = []
    codes: set[str] = set()
    offset = 0
    for file in files:
        for number, cells in read_table(file, columns=_COLUMNS):
            row = offset + number
            try:
                if EXTRA in cells:
                    raise RowTooLongError
                area = read_row(row, cells)
                if area.code in codes:
                    raise RowRepeatedError
                codes.add(area.code)
                rows.append(area)
            except REFUSALS as error:
                rows.append(refused(row, error, language))
        offset = rows[-1].row if rows else 0
    return rows


async def _load_chunk(
    context: JobContext, payload: ImportAreas, chunk: Sequence[GivenArea | Verdict], *, last: bool
) -> None:
    areas = [row for row in chunk if isinstance(row, GivenArea)]
    verdicts = [row for row in chunk if isinstance(row, Verdict)]
    async with context.transaction() as session:
        verdicts += await operations.load_areas(
            session,
            areas,
            valid_from=payload.valid_from,
            decree=payload.decree,
            language=payload.language,
        )
        await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)
        if last:
            await _announce(context, session, payload, now=utc_now())


async def _announce(
    context: JobContext, session: AsyncSession, payload: ImportAreas, *, now: datetime
) -> None:
    """Tell of a list, and of one that holds from a later day on again on that day."""
    valid_from, today = payload.valid_from, ledger_day(now)
    await operations.announce_areas(
        session, job_id=context.job_id, valid_from=valid_from, now=now, today=today
    )
    if valid_from > today:
        begins = datetime.combine(valid_from, time.min, tzinfo=JAKARTA)
        await operations.order_settling(session, valid_from=valid_from, due_at=begins)


IMPORT_AREAS: Final = JobHandler(ImportAreas.kind, ImportAreas, import_areas)
