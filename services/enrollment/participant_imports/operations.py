"""Registering many people at once, by the rules that one is registered by."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Uuid, cast, column, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.rules import UnknownAreaError
from services.enrollment.base import Audit, Base, Event, RowVerdict
from services.enrollment.identities.rules import Nik
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.participant_imports import queries
from services.enrollment.participant_imports.queries import Present
from services.enrollment.participant_imports.schemas import ImportParticipants, read_person
from services.enrollment.participants import rules as people
from services.enrollment.participants.operations import NikPolicy, columns_of, registered
from services.enrollment.participants.rules import Registrant, Sized
from services.enrollment.participants.tables import Participant
from services.enrollment.people_imports.operations import copy_rows
from services.enrollment.people_imports.rules import Row, RowRepeatedError
from services.enrollment.programs.rules import age_on
from shared.db.audit import note_reads
from shared.db.events import event_row
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.imports import Outcome, Verdict, refused

# A table, the names of its columns, and rows of it.
Written: TypeAlias = tuple[type[Base], list[str], list[list[Any]]]

_AUDITED_AT_ONCE: Final = 1_000
# What an event tells of a person beside the age.
_told_of: Final = itemgetter("sex", "entrant_kind", "home_area_code", "synthetic")
_NAMES: Final = ("job_id", "row", "verdict", "code", "detail", "id")


@dataclass(slots=True)
class Judged:
    """A row that nothing refuses so far; whether its codes are known is still to be told."""

    number: int
    participant_id: UUID
    chosen: bool
    said: Registrant
    nik: Nik
    sized: Sized


class Ready(NamedTuple):
    """A row of the table of participants that waits to be written."""

    number: int
    chosen: bool
    participant_id: UUID
    nik_index: bytes
    values: Mapping[str, Any]


@dataclass(slots=True)
class Importer:
    """Who imports, by which rules, and what earlier rows of the file have told.

    `seen` are the NIKs of rows that were only judged; `areas` the codes known to be in force.
    """

    payload: ImportParticipants
    policy: NikPolicy
    today: date
    job_id: UUID
    seen: set[int] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)

    def refuse(self, number: int, error: ServiceError) -> Verdict:
        """Return the verdict on a row that `error` refuses."""
        return refused(number, error, self.payload.language)


def judge_rows(rows: Iterable[Row], importer: Importer) -> tuple[list[Judged], list[Verdict]]:
    """Return the rows that could be registered, and the verdicts on the others."""
    judged: list[Judged] = []
    verdicts: list[Verdict] = []
    for number, cells in rows:
        try:
            asked, said = read_person(cells)
            participant_id = people.registered_id(asked, scope=importer.payload.scope)
            nik, sized = people.judge(
                said, allow_synthetic=importer.policy.allow_synthetic, today=importer.today
            )
        except ServiceError as error:
            verdicts.append(importer.refuse(number, error))
        else:
            chosen = participant_id is not None
            judged.append(Judged(number, participant_id or new_id(), chosen, said, nik, sized))
    return judged, verdicts


def seal_rows(
    judged: Iterable[Judged], importer: Importer, *, known: set[str]
) -> tuple[list[Ready], list[Verdict]]:
    """Return the rows ready to be written, and the verdicts on those whose home is unknown."""
    ready: list[Ready] = []
    verdicts: list[Verdict] = []
    for each in judged:
        if each.said.home_area_code not in known:
            verdicts.append(importer.refuse(each.number, UnknownAreaError()))
            continue
        values = columns_of(
            each.said,
            participant_id=each.participant_id,
            nik=each.nik,
            sized=each.sized,
            district_known=each.nik.district_code in known,
            keys=importer.policy.keys,
            now=importer.payload.asked_at,
        )
        ready.append(
            Ready(each.number, each.chosen, each.participant_id, values["nik_index"], values)
        )
    return ready, verdicts


def once_each(rows: Iterable[Ready], importer: Importer) -> tuple[list[Ready], list[Verdict]]:
    """Return the first row of each NIK and chosen id, and the verdicts on those that repeat one."""
    first: list[Ready] = []
    verdicts: list[Verdict] = []
    niks: set[bytes] = set()
    for each in rows:
        if each.nik_index in niks:
            verdicts.append(importer.refuse(each.number, RowRepeatedError()))
        else:
            niks.add(each.nik_index)
            first.append(each)
    return first, verdicts


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
) -> list[Verdict]:
    """Register the people of some rows in the caller's transaction; return all verdicts.

    The claims come first: of two files with one NIK the second waits for the first.

    Raises:
        asyncpg.UniqueViolationError: when somebody has taken a chosen id at this moment; the
            caller tries again.
    """
    free, verdicts = await _sort_out(session, rows, importer)
    # All that takes time comes before the first write: from then on every feed waits.
    written = [*_people(free), *_events(session, free, importer)]
    claimed = await _claim(session, free)
    taken = [each for each in free if each.participant_id in claimed]
    if len(taken) < len(free):
        lost = [each for each in free if each.participant_id not in claimed]
        verdicts += (await _sort_out(session, lost, importer))[1]
    for table, names, records in written:
        kept = [
            record
            for record, each in zip(records, free, strict=True)
            if each.participant_id in claimed
        ]
        await copy_rows(session, table, names, kept)
    return verdicts + [
        Verdict(each.number, Outcome.CREATED, id=each.participant_id) for each in taken
    ]


async def _claim(session: AsyncSession, rows: Sequence[Ready]) -> set[UUID]:
    """Claim the NIKs, in the order of their indexes, and return who has got theirs."""
    pairs = sorted((each.nik_index, each.participant_id) for each in rows)
    arrays = [
        cast([index for index, _ in pairs], ARRAY(LargeBinary())),
        cast([participant_id for _, participant_id in pairs], ARRAY(Uuid())),
    ]
    given = func.unnest(*arrays).table_valued(
        column("nik_index", LargeBinary()), column("participant_id", Uuid())
    )
    statement = (
        insert(IdentityClaim)
        .from_select(["nik_index", "participant_id"], select(*given.render_derived().c))
        .on_conflict_do_nothing()
        .returning(IdentityClaim.participant_id)
    )
    return set(await session.scalars(statement))


def _people(rows: Sequence[Ready]) -> Iterator[Written]:
    if not rows:
        return
    names = sorted(rows[0].values)
    pick = itemgetter(*names)
    consents = names.index("consents")
    records = [list(pick(each.values)) for each in rows]
    for record in records:
        record[consents] = json.dumps(record[consents])
    yield Participant, names, records


def _events(session: AsyncSession, rows: Sequence[Ready], importer: Importer) -> Iterator[Written]:
    """Yield the events of people: those of one kind differ in nothing but whom they name."""
    patterns: dict[tuple[Any, ...], Pattern] = {}
    names: list[str] = []
    events: list[list[Any]] = []
    last = new_id().int
    for each in rows:
        values = each.values
        kind = (_band(values["birth_date"], importer.today), *_told_of(values))
        pattern = patterns.get(kind)
        if pattern is None:
            draft = registered(values, today=importer.today, now=importer.payload.asked_at)
            told = event_row(session, draft)
            names = sorted(told)
            pattern = patterns[kind] = _pattern(told, names, each.participant_id)
        event = list(pattern.values)
        last += 1
        event[pattern.id] = UUID(int=last)
        event[pattern.payload] = str(each.participant_id).join(pattern.parts)
        for place in pattern.people:
            event[place] = each.participant_id
        events.append(event)
    session.info["last_event_id"] = UUID(int=last)
    if events:
        yield Event, names, events


@lru_cache(maxsize=65_536)
def _band(birth_date: date, today: date) -> str:
    return people.age_band(age_on(birth_date, today)).value


class Pattern(NamedTuple):
    """The row of an event, and the places in it that name the person or the event."""

    values: list[Any]
    id: int
    payload: int
    parts: list[str]
    people: list[int]


def _pattern(told: Mapping[str, Any], names: Sequence[str], participant_id: UUID) -> Pattern:
    values = [told[name] for name in names]
    return Pattern(
        values,
        id=names.index("id"),
        payload=names.index("payload"),
        parts=json.dumps(told["payload"]).split(str(participant_id)),
        people=[place for place, value in enumerate(values) if value == participant_id],
    )


async def _sort_out(
    session: AsyncSession, rows: Sequence[Ready], importer: Importer
) -> tuple[list[Ready], list[Verdict]]:
    """Return the rows of people who are not there yet, and the verdicts on the others."""
    scope = importer.payload.scope
    present = await queries.find_present(session, [each.nik_index for each in rows], scope=scope)
    ids = [each.participant_id for each in rows if each.chosen]
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
        elif each.chosen and each.participant_id in taken:
            verdicts.append(importer.refuse(each.number, people.ParticipantIdTakenError()))
        else:
            taken.add(each.participant_id)
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
        each.values["birth_date"],
        each.values["name_key"],
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


async def write_verdicts(session: AsyncSession, job_id: UUID, verdicts: Iterable[Verdict]) -> None:
    """Keep what became of rows whose turn was held, in the transaction that made it so."""
    rows = [
        (job_id, each.row, each.outcome.value, each.code, each.detail, each.id) for each in verdicts
    ]
    await copy_rows(session, RowVerdict, _NAMES, rows)
