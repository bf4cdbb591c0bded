"""Registering many people at once, by the rules that one is registered by."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import column, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import LargeBinary, Uuid

from services.enrollment.base import Audit, Event, RowVerdict
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.participant_imports import queries
from services.enrollment.participant_imports.queries import Present, array_of
from services.enrollment.participants import rules as people
from services.enrollment.participants.tables import Participant
from services.enrollment.people_imports.operations import copy_lines
from services.enrollment.people_imports.rules import RowRepeatedError, cell_of, line_of
from services.enrollment.person_lines.operations import PERSON, VERDICT, Ready
from services.enrollment.person_rows.operations import Reader
from shared.db.audit import note_reads
from shared.errors import ServiceError
from shared.schemas.imports import Outcome, Verdict
from shared.scope import Scope

_AUDITED_AT_ONCE: Final = 1_000
_CLAIM: Final = ("nik_index", "participant_id")


@dataclass(slots=True)
class Importer:
    """Who imports, and what earlier rows of the file have told.

    `seen` are the NIKs of rows that were only judged.
    """

    job_id: UUID
    reader: Reader
    seen: set[int] = field(default_factory=set)

    @property
    def scope(self) -> Scope:
        """How far the sender reaches."""
        return self.reader.payload.scope

    def refuse(self, number: int, error: ServiceError) -> Verdict:
        """Return the verdict on a row that `error` refuses."""
        return self.reader.refuse(number, error)


async def judge_only(
    session: AsyncSession, rows: Sequence[Ready], importer: Importer
) -> list[Verdict]:
    """Return what would become of the rows; nobody is registered."""
    verdicts: list[Verdict] = []
    fresh: list[Ready] = []
    for each in rows:
        # 64 bits of a keyed hash: of a million rows two are alike by chance once in 10^7 files.
        seen = int.from_bytes(each.nik_index[:8])
        if seen in importer.seen:
            verdicts.append(importer.refuse(each.number, RowRepeatedError()))
        else:
            fresh.append(each)
        importer.seen.add(seen)
    free, told = await _sort_out(session, fresh, importer)
    return [*verdicts, *told, *(Verdict(each.number, Outcome.CREATED) for each in free)]


async def register_rows(
    session: AsyncSession, rows: Sequence[Ready], importer: Importer
) -> tuple[list[Ready], list[Verdict]]:
    """Register people in the caller's transaction; return who was, and the verdicts on the others.

    The claims come first: of two files with one NIK the second waits for the first. Who has not
    got his claim is looked for.

    Raises:
        asyncpg.UniqueViolationError: when somebody has taken a chosen id at this moment; the
            caller tries again.
    """
    free, verdicts = rows, list[Verdict]()
    if any(each.chosen for each in rows):
        free, verdicts = await _sort_out(session, rows, importer)
    claimed = await _claim(session, free)
    if claimed is not None:
        others = [each for each in free if each.person_id not in claimed]
        free = [each for each in free if each.person_id in claimed]
        unseen, told = await _sort_out(session, others, importer)
        verdicts += told
        # A claim outlives the person whose data were destroyed.
        verdicts += [importer.refuse(each.number, people.IdentityKnownError()) for each in unseen]
    if free:
        await copy_lines(session, Participant, PERSON, [each.person for each in free])
        await copy_lines(
            session, Event, importer.reader.lines.event_columns, [each.event for each in free]
        )
    return list(free), verdicts


async def _claim(session: AsyncSession, rows: Iterable[Ready]) -> set[str] | None:
    """Claim the NIKs, in the order of their indexes; return who has them, None when all rows do."""
    rows = sorted(rows, key=attrgetter("nik_index"))
    lines = [line_of((cell_of(each.nik_index), each.person_id)) for each in rows]
    # Seldom has anybody a claim already: it is found out the cheapest way.
    with suppress(asyncpg.UniqueViolationError):
        async with session.begin_nested():
            await copy_lines(session, IdentityClaim, _CLAIM, lines)
        return None
    return await _claim_free(session, rows)


async def _claim_free(session: AsyncSession, rows: Sequence[Ready]) -> set[str]:
    """Claim those of the NIKs that nobody has; return who has which, some of them others."""
    indexes = [each.nik_index for each in rows]
    ids = [UUID(each.person_id) for each in rows]
    given = func.unnest(array_of(indexes, LargeBinary()), array_of(ids, Uuid())).table_valued(
        column("nik_index", LargeBinary()), column("participant_id", Uuid())
    )
    claim = insert(IdentityClaim).from_select(_CLAIM, select(*given.render_derived().c))
    await session.execute(claim.on_conflict_do_nothing())
    return set(map(str, await queries.find_claimed(session, indexes)))


async def _sort_out(
    session: AsyncSession, rows: Sequence[Ready], importer: Importer
) -> tuple[list[Ready], list[Verdict]]:
    """Return the rows of people who are not there yet, and the verdicts on the others."""
    scope = importer.scope
    present = await queries.find_present(session, [each.nik_index for each in rows], scope=scope)
    ids = [UUID(each.person_id) for each in rows if each.chosen]
    taken = await queries.find_taken(session, ids)
    mine = await queries.registered_by(
        session,
        [each.participant_id for each in present.values()],
        request_id=f"job-{importer.job_id}",
    )
    free: list[Ready] = []
    verdicts: list[Verdict] = []
    known: list[UUID] = []
    for each in rows:
        there = present.get(each.nik_index)
        if there is not None:
            verdicts.append(_of_present(each, there, importer, mine=mine))
            known += [there.participant_id] if there.seen else []
        elif each.chosen and UUID(each.person_id) in taken:
            verdicts.append(importer.refuse(each.number, people.ParticipantIdTakenError()))
        else:
            if each.chosen:
                taken.add(UUID(each.person_id))
            free.append(each)
    await _note(session, known, importer)
    return free, verdicts


def _of_present(each: Ready, there: Present, importer: Importer, *, mine: set[UUID]) -> Verdict:
    """Return the verdict on a row of somebody who is registered.

    Who may see the person learns that the row is about nobody new, so that a file can be sent
    again; everybody else learns as much as from a request.
    """
    if there.participant_id in mine:
        return importer.refuse(each.number, RowRepeatedError())
    same = (there.birth_date, there.name_key) == (
        each.birth_date,
        each.name_key,
    )
    error = people.IdentityKnownError()
    if there.seen and same:
        return Verdict(each.number, Outcome.UNCHANGED, there.participant_id, error.code)
    return importer.refuse(each.number, error)


async def _note(session: AsyncSession, known: Sequence[UUID], importer: Importer) -> None:
    """Note that the sender has learned of these people that they are registered."""
    detail = {"job_id": str(importer.job_id)}
    for begin in range(0, len(known), _AUDITED_AT_ONCE):
        await note_reads(
            session,
            Audit,
            action="participant.import.known",
            subject_ids=known[begin : begin + _AUDITED_AT_ONCE],
            detail=detail,
        )


async def write_verdicts(
    session: AsyncSession, job_id: UUID, made: Iterable[Ready], verdicts: Iterable[Verdict]
) -> None:
    """Keep what became of rows whose turn was held, in the transaction that made it so."""
    lines = [each.verdict for each in made]
    for each in verdicts:
        cells = (each.outcome, each.code, each.detail, each.id)
        lines.append(line_of([str(job_id), str(each.row), *map(cell_of, cells)]))
    await copy_lines(session, RowVerdict, VERDICT, lines)
