"""Registering many people at once, by the rules that one is registered by."""

import io
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, column, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.rules import UnknownAreaError
from services.enrollment.base import Audit, Base, Event, RowVerdict
from services.enrollment.identities.rules import NONCE_BYTES, Nik
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.participant_imports import queries
from services.enrollment.participant_imports.queries import Present, array_of
from services.enrollment.participant_imports.schemas import ImportParticipants, read_person
from services.enrollment.participants import rules as people
from services.enrollment.participants.operations import NikPolicy, columns_of, registered
from services.enrollment.participants.rules import Registrant, Sized
from services.enrollment.participants.tables import Participant
from services.enrollment.people_imports.operations import copy_lines, new_ids
from services.enrollment.people_imports.rules import Row, RowRepeatedError, cell_of, line_of
from services.enrollment.programs.rules import age_on
from shared.db.audit import note_reads
from shared.db.events import event_row
from shared.errors import ServiceError
from shared.schemas.imports import Outcome, Verdict, refused

_AUDITED_AT_ONCE: Final = 1_000
_VERDICT: Final = ("job_id", "row", "verdict", "code", "detail", "id")
# What an event tells of a person beside age and home.
_told_of: Final = itemgetter("sex", "entrant_kind", "synthetic")
_NOTHING: Final = cell_of(None)
_CREATED: Final = f"\t{Outcome.CREATED}\t{_NOTHING}\t{_NOTHING}\t"
# What few people share, or nobody: all else is written out once for many of them.
_OWN: Final = ("nik_cipher", "nik_index", "nik_masked", "name", "phone", "email", "name_key", "nib")
_own_of: Final = itemgetter(*_OWN)


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
    """Somebody who waits to be written, with the rows of that as COPY reads them."""

    number: int
    chosen: bool
    participant_id: UUID
    nik_index: bytes
    birth_date: date
    name_key: str
    person: str
    event: str
    verdict: str


@dataclass(slots=True)
class Importer:
    """Who imports, by which rules, and what earlier rows of the file have told.

    `seen` are the NIKs of rows that were only judged; `areas` the codes known to be in force;
    `told` are the rows of events, by what they tell of a person; `columns` those of the lines,
    and `shared_of` tells of a row of people what many share.
    """

    payload: ImportParticipants
    policy: NikPolicy
    today: date
    job_id: UUID
    seen: set[int] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    told: dict[tuple[Any, ...], str] = field(default_factory=dict)
    columns: dict[type[Base], list[str]] = field(default_factory=dict)
    shared_of: Callable[[Mapping[str, Any]], Iterable[Any]] = field(default=Mapping.values)

    def refuse(self, number: int, error: ServiceError) -> Verdict:
        """Return the verdict on a row that `error` refuses."""
        return refused(number, error, self.payload.language)


def judge_rows(rows: Iterable[Row], importer: Importer) -> tuple[list[Judged], list[Verdict]]:
    """Return the rows that could be registered, and the verdicts on the others."""
    judged: list[Judged] = []
    verdicts: list[Verdict] = []
    rows = list(rows)
    for (number, cells), fresh in zip(rows, new_ids(len(rows)), strict=True):
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
            judged.append(Judged(number, participant_id or fresh, chosen, said, nik, sized))
    return judged, verdicts


def seal_rows(
    judged: Sequence[Judged], importer: Importer, *, known: set[str]
) -> tuple[list[Ready], list[Verdict]]:
    """Return the rows ready to be written, and the verdicts on those whose home is unknown."""
    ready: list[Ready] = []
    verdicts: list[Verdict] = []
    nonces = io.BytesIO(secrets.token_bytes(NONCE_BYTES * len(judged)))
    for each, event_id in zip(judged, new_ids(len(judged)), strict=True):
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
            nonce=nonces.read(NONCE_BYTES),
            now=importer.payload.asked_at,
        )
        ready.append(_ready(each, values, importer, event_id=event_id))
    return ready, verdicts


def _ready(each: Judged, values: Mapping[str, Any], importer: Importer, *, event_id: UUID) -> Ready:
    person_id = str(each.participant_id)
    return Ready(
        each.number,
        each.chosen,
        each.participant_id,
        values["nik_index"],
        values["birth_date"],
        values["name_key"],
        _person(values, person_id, importer),
        _event(values, person_id, importer, event_id=event_id),
        f"{importer.job_id}\t{each.number}{_CREATED}{person_id}\n",
    )


_often: Final = lru_cache(maxsize=65_536, typed=True)(cell_of)


def _person(values: Mapping[str, Any], person_id: str, importer: Importer) -> str:
    """Return the row of a person; what is written out for each comes before what many share."""
    consents, warnings = values["consents"], values["warnings"]
    own = [
        person_id,
        cell_of(json.dumps(consents)) if consents else "[]",
        cell_of(warnings) if warnings else "{}",
        *map(cell_of, _own_of(values)),
    ]
    names = importer.columns.get(Participant)
    if names is None:
        before = ["id", "consents", "warnings", *_OWN]
        shared = [name for name in values if name not in before]
        names = importer.columns[Participant] = [*before, *shared]
        importer.shared_of = itemgetter(*shared)
    return line_of([*own, *map(_often, importer.shared_of(values))])


def _event(values: Mapping[str, Any], person_id: str, importer: Importer, *, event_id: UUID) -> str:
    """Return the row of the event of a person: many differ in nothing but whom it names."""
    kind = (_band(values["birth_date"], importer.today), *_told_of(values))
    told = importer.told.get(kind)
    if told is None:
        told = importer.told[kind] = _pattern(values, importer)
    return told % {
        "event": event_id,
        "person": person_id,
        "province": values["home_province_code"],
        "regency": values["home_regency_code"],
    }


def _pattern(values: Mapping[str, Any], importer: Importer) -> str:
    """Return the row of an event, with names where it tells of the person what few share."""
    draft = registered(values, today=importer.today, now=importer.payload.asked_at)
    row = event_row(draft, event_id=values["id"], actor=importer.payload.sender.actor)
    importer.columns[Event] = list(row)
    payload = row["payload"] | {
        "participant_id": "%(person)s",
        "home_province_code": "%(province)s",
        "home_regency_code": "%(regency)s",
    }
    cells = {
        name: "%(person)s" if value == values["id"] else cell_of(value).replace("%", "%%")
        for name, value in row.items()
    }
    return line_of((cells | {"id": "%(event)s", "payload": cell_of(json.dumps(payload))}).values())


@lru_cache(maxsize=65_536)
def _band(birth_date: date, today: date) -> str:
    return people.age_band(age_on(birth_date, today)).value


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
        others = [each for each in free if each.participant_id not in claimed]
        free = [each for each in free if each.participant_id in claimed]
        unseen, told = await _sort_out(session, others, importer)
        verdicts += told
        # A claim outlives the person whose data were destroyed.
        verdicts += [importer.refuse(each.number, people.IdentityKnownError()) for each in unseen]
    if free:
        columns = importer.columns
        await copy_lines(session, Participant, columns[Participant], [e.person for e in free])
        await copy_lines(session, Event, columns[Event], [each.event for each in free])
    return list(free), verdicts


async def _claim(session: AsyncSession, rows: Sequence[Ready]) -> set[UUID] | None:
    """Claim the NIKs, in the order of their indexes; return who has them, None when all rows do."""
    rows = sorted(rows, key=attrgetter("nik_index"))
    indexes = [each.nik_index for each in rows]
    given = func.unnest(
        array_of(indexes, LargeBinary()), array_of([each.participant_id for each in rows], Uuid())
    ).table_valued(column("nik_index", LargeBinary()), column("participant_id", Uuid()))
    claim = insert(IdentityClaim).from_select(
        ["nik_index", "participant_id"], select(*given.render_derived().c)
    )
    made: Any = await session.execute(claim.on_conflict_do_nothing())
    return None if made.rowcount == len(rows) else await queries.find_claimed(session, indexes)


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
    await copy_lines(session, RowVerdict, _VERDICT, lines)
