"""The bringing of rows into the registry: one function a kind, each row in a savepoint."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements import operations as agreements
from services.registry.agreements.queries import parties_of
from services.registry.agreements.rules import (
    AgreementBasisRefusedError,
    AgreementPartiesInvalidError,
)
from services.registry.agreements.schemas import AgreementCreate, Party
from services.registry.bulk_imports import queries
from services.registry.bulk_imports.rules import (
    AGREEMENT_COLUMNS,
    INSTITUTION_COLUMNS,
    INSTRUCTOR_COLUMNS,
    SPACE_COLUMNS,
    AgreementKeptError,
)
from services.registry.bulk_imports.schemas import (
    AgreementRow,
    InstitutionRow,
    InstructorRow,
    SpaceRow,
)
from services.registry.facilities.rules import FacilityClosedError
from services.registry.facility_imports.operations import Importer, NumberedRow, import_rows
from services.registry.facility_imports.rules import Known
from services.registry.facility_imports.schemas import COLUMNS as FACILITY_COLUMNS
from services.registry.facility_imports.schemas import FacilityRow, ImportMode
from services.registry.imports.schemas import Row
from services.registry.institutions import operations as institutions
from services.registry.institutions.queries import get_institution_for_change, ids_by_code
from services.registry.institutions.rules import InstitutionIdTakenError
from services.registry.institutions.schemas import InstitutionChange, InstitutionCreate
from services.registry.instructors import operations as instructors
from services.registry.instructors.queries import get_instructor_for_change
from services.registry.instructors.rules import InstructorIdTakenError
from services.registry.instructors.schemas import InstructorChange, InstructorCreate
from services.registry.space_changes.operations import correct_space
from services.registry.space_changes.queries import get_space_for_change
from services.registry.spaces.operations import add_space
from services.registry.spaces.rules import SpaceIdTakenError, SpaceKind
from services.registry.spaces.schemas import SpaceChange, SpaceCreate
from shared.errors import ServiceError
from shared.files.workbooks import TemplateColumn
from shared.schemas.imports import Outcome, Verdict, refused
from shared.schemas.registry import FacilityStatus
from shared.scope import Permission

Brought: TypeAlias = tuple[Outcome, UUID]
BringRow: TypeAlias = Callable[[AsyncSession, Any, Importer], Awaitable[Brought]]


@dataclass(frozen=True, slots=True)
class File:
    """What goes with a file from one chunk of its rows to the next.

    `earlier` are all its rows by what they are about; `known` is what facilities build on.
    """

    importer: Importer
    earlier: Mapping[str, Row[Any]]
    known: Known = field(default_factory=Known)


BringRows: TypeAlias = Callable[[AsyncSession, Sequence[Row[Any]], File], Awaitable[list[Verdict]]]


async def bring_facilities(
    session: AsyncSession, rows: Sequence[Row[FacilityRow]], file: File
) -> list[Verdict]:
    """Bring facilities in as a set: a chunk is a few statements."""
    numbered = [NumberedRow(row.row, row.body.given()) for row in rows]
    return await import_rows(session, numbered, known=file.known, importer=file.importer)


def one_by_one(
    bring: BringRow, *, needs: Callable[[Any], str | None] = lambda _: None
) -> BringRows:
    """Return what brings rows in each in a savepoint of its own, that a refusal undoes.

    `needs` names the row that another builds on. Rows that are only judged leave nothing behind,
    so what they build on is brought again before it is all undone.
    """

    async def bring_rows(
        session: AsyncSession, rows: Sequence[Row[Any]], file: File
    ) -> list[Verdict]:
        if file.importer.mode is ImportMode.COMMIT:
            return [await _bring(session, row, file.importer, bring) for row in rows]
        judged = await session.begin_nested()
        for base in _bases(rows, file.earlier, needs):
            await _bring(session, base, file.importer, bring)
        verdicts = [await _bring(session, row, file.importer, bring) for row in rows]
        await judged.rollback()
        return [_without_id(verdict) for verdict in verdicts]

    return bring_rows


def _bases(
    rows: Sequence[Row[Any]],
    earlier: Mapping[str, Row[Any]],
    needs: Callable[[Any], str | None],
) -> list[Row[Any]]:
    """Return the rows above `rows` that these build on, in the file's order."""
    first = rows[0].row if rows else 0
    found: dict[int, Row[Any]] = {}
    wanted = [needs(row.body) for row in rows]
    while wanted:
        base = earlier.get(wanted.pop() or "")
        if base is not None and base.row < first and base.row not in found:
            found[base.row] = base
            wanted.append(needs(base.body))
    return [found[number] for number in sorted(found)]


def _without_id(verdict: Verdict) -> Verdict:
    """Return the verdict on a row that was judged: what it would make has no id."""
    if verdict.outcome is not Outcome.CREATED:
        return verdict
    return Verdict(verdict.row, verdict.outcome)


async def _bring(
    session: AsyncSession, row: Row[Any], importer: Importer, bring: BringRow
) -> Verdict:
    try:
        async with session.begin_nested():
            outcome, made = await bring(session, row.body, importer)
    except ServiceError as error:
        return refused(row.row, error, importer.language)
    return Verdict(row.row, outcome, id=made)


async def bring_space(session: AsyncSession, row: SpaceRow, importer: Importer) -> Brought:
    """Add a space, or give one that is there another kind or capacity.

    Raises:
        FacilityUnknownError: when there is no such facility.
        SpaceIdTakenError: when the name belongs to another id.
        FacilityClosedError: when the facility of a space to change is closed.
        And what `add_space`, `get_space_for_change` and `correct_space` raise.
    """
    facility = await queries.facility_of(session, row.facility_code)
    found = await queries.find_space(session, facility.id, row.name)
    if found is None:
        body = SpaceCreate(
            id=row.id, name=row.name, kind=row.kind or SpaceKind.ROOM, capacity=row.capacity
        )
        added = await add_space(session, facility.id, body, scope=importer.scope, now=importer.now)
        return Outcome.CREATED, added.id
    if row.id not in (None, found):
        raise SpaceIdTakenError
    space = await get_space_for_change(session, found, scope=importer.scope)
    change = SpaceChange(kind=row.kind or space.kind, capacity=row.capacity)
    if (space.kind, space.capacity) == (change.kind, change.capacity):
        return Outcome.UNCHANGED, found
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError
    await correct_space(session, space, change, now=importer.now)
    return Outcome.CHANGED, found


async def bring_institution(
    session: AsyncSession, row: InstitutionRow, importer: Importer
) -> Brought:
    """Register an institution, or correct one that is there; empty cells leave what is known.

    Raises:
        InstitutionUnknownError: when its parent is not there.
        InstitutionIdTakenError: when its code belongs to another id.
        And what `register_institution` and `correct_institution` raise.
    """
    said = row.model_dump(exclude={"id", "code", "parent_code"}, exclude_none=True)
    if row.parent_code is not None:
        (said["parent_id"],) = await queries.institutions_of(session, [row.parent_code])
    found = (await ids_by_code(session, [row.code])).get(row.code)
    if found is None:
        made = await institutions.register_institution(
            session,
            InstitutionCreate(id=row.id, code=row.code, **said),
            scope=importer.scope,
            now=importer.now,
            today=importer.today,
        )
        return Outcome.CREATED, made.id
    if row.id not in (None, found):
        raise InstitutionIdTakenError
    changed = await institutions.correct_institution(
        session,
        await get_institution_for_change(session, found, scope=importer.scope),
        InstitutionChange(**said),
        scope=importer.scope,
        now=importer.now,
        today=importer.today,
    )
    return Outcome.CHANGED if changed else Outcome.UNCHANGED, found


async def bring_instructor(
    session: AsyncSession, row: InstructorRow, importer: Importer
) -> Brought:
    """Register an instructor, or correct one who is there; empty cells leave what is known.

    Raises:
        FacilityUnknownError: when her home facility is not there.
        InstructorIdTakenError: when her code belongs to another id.
        And what `register_instructor` and `correct_instructor` raise.
    """
    said = row.model_dump(
        exclude={"id", "code", "home_facility_code", "synthetic"}, exclude_none=True
    )
    home = await queries.facility_of(session, row.home_facility_code)
    said["home_facility_id"] = home.id
    found = await queries.find_instructor(session, row.code)
    if found is None:
        made = await instructors.register_instructor(
            session,
            InstructorCreate(id=row.id, code=row.code, synthetic=row.synthetic, **said),
            scope=importer.scope,
            now=importer.now,
        )
        return Outcome.CREATED, made.id
    if row.id not in (None, found):
        raise InstructorIdTakenError
    changed = await instructors.correct_instructor(
        session,
        await get_instructor_for_change(session, found, scope=importer.scope),
        InstructorChange(**said),
        scope=importer.scope,
        now=importer.now,
    )
    return Outcome.CHANGED if changed else Outcome.UNCHANGED, found


async def bring_agreement(session: AsyncSession, row: AgreementRow, importer: Importer) -> Brought:
    """Keep an agreement that was signed; one that is kept already is never changed by a file.

    Raises:
        AgreementKeptError: when an agreement of this number says something else.
        AgreementBasisRefusedError: when what it follows from is not there.
        CoveredFacilityUnknownError, InstitutionUnknownError: when it names what is not there.
        And what `record_agreement` raises.
    """
    body = await _agreement(session, row)
    present = await queries.find_agreement(session, row.number)
    if present is None:
        made = await agreements.record_agreement(
            session, body, scope=importer.scope, now=importer.now, today=importer.today
        )
        return Outcome.CREATED, made.id
    plain = ("kind", "title", "follows_from_id", "signed_on", "valid_from", "valid_to", "trades")
    parties = (await parties_of(session, [present.id])).get(present.id, [])
    sides = {(party.ministry, party.institution_id) for party in parties}
    same = (
        all(getattr(present, name) == getattr(body, name) for name in plain)
        and sides == {(party.ministry, party.institution_id) for party in body.parties}
        and set(body.facility_ids) <= await queries.covered_by(session, present.id)
    )
    if not same:
        raise AgreementKeptError
    return Outcome.UNCHANGED, present.id


async def _agreement(session: AsyncSession, row: AgreementRow) -> AgreementCreate:
    basis = None
    if row.follows_from_number is not None:
        basis = await queries.find_agreement(session, row.follows_from_number)
        if basis is None:
            raise AgreementBasisRefusedError
    sides = [Party(ministry=ministry) for ministry in row.ministries]
    institution_ids = await queries.institutions_of(session, row.institution_codes)
    sides += [Party(institution_id=each) for each in institution_ids]
    if len(sides) < 2:  # noqa: PLR2004 - two sides
        raise AgreementPartiesInvalidError
    return AgreementCreate(
        id=row.id,
        number=row.number,
        kind=row.kind,
        title=row.title,
        follows_from_id=None if basis is None else basis.id,
        parties=sides,
        facility_ids=await queries.facilities_of(session, row.facility_codes),
        signed_on=row.signed_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        trades=row.trades,
        synthetic=row.synthetic,
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """What files of one kind hold, who may send them, and how their rows are brought in.

    `chunk` rows go into one transaction of well below a second: a long one holds up every reader
    of events. A kind that `learns` builds on what earlier rows of the same run have added.
    """

    permission: Permission
    columns: Mapping[str, TemplateColumn]
    model: type[BaseModel]
    key: Callable[[Any], str]
    bring: BringRows
    chunk: int = 40
    learns: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "facilities": Kind(
        Permission.FACILITIES_WRITE,
        FACILITY_COLUMNS,
        FacilityRow,
        key=lambda row: row.code,
        bring=bring_facilities,
        chunk=250,
        learns=True,
    ),
    "spaces": Kind(
        Permission.SPACES_WRITE,
        SPACE_COLUMNS,
        SpaceRow,
        key=lambda row: f"{row.facility_code}\n{row.name}",
        bring=one_by_one(bring_space),
    ),
    "institutions": Kind(
        Permission.INSTITUTIONS_WRITE,
        INSTITUTION_COLUMNS,
        InstitutionRow,
        key=lambda row: row.code,
        bring=one_by_one(bring_institution, needs=lambda row: row.parent_code),
    ),
    "instructors": Kind(
        Permission.INSTRUCTORS_WRITE,
        INSTRUCTOR_COLUMNS,
        InstructorRow,
        key=lambda row: row.code,
        bring=one_by_one(bring_instructor),
    ),
    "agreements": Kind(
        Permission.AGREEMENTS_WRITE,
        AGREEMENT_COLUMNS,
        AgreementRow,
        key=lambda row: row.number,
        bring=one_by_one(bring_agreement, needs=lambda row: row.follows_from_number),
    ),
}
