"""What becomes of one row's class."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.class_imports.rules import ImportMode, WaveCodesUnknownError
from services.enrollment.class_imports.schemas import ClassRow, ImportClasses
from services.enrollment.classes.operations import judge_class, plan_class
from services.enrollment.classes.queries import find_class, reservation_of
from services.enrollment.classes.rules import ClassCodeTakenError
from services.enrollment.classes.schemas import ClassCreate
from services.enrollment.classes.tables import Class
from services.enrollment.waves.queries import find_wave
from services.enrollment.waves.tables import Wave
from shared.errors import ServiceError
from shared.schemas.imports import Outcome, Verdict, refused
from shared.schemas.registry import ClassReservation, ClassReserved, ClassResources


@dataclass(frozen=True, slots=True)
class Checked:
    """A row for which the registry has found everything in order."""

    number: int
    row: ClassRow
    resources: ClassResources


@dataclass(frozen=True, slots=True)
class Judged:
    """A row that nothing refuses, and what the registry is to hold for its class."""

    number: int
    row: ClassRow
    class_id: UUID
    wanted: ClassReservation


@dataclass(frozen=True, slots=True)
class Held:
    """A row for whose class the registry holds what it takes."""

    number: int
    row: ClassRow
    class_id: UUID
    reserved: ClassReserved


async def judge_row(
    session: AsyncSession, checked: Checked, *, payload: ImportClasses
) -> Judged | Verdict:
    """Tell what would become of a row; nothing is stored.

    A class that is there already under the row's code, in its wave, facility and space, is left
    as it is, so that a file may be sent again.
    """
    row = checked.row
    try:
        wave = await _wave(session, row)
        present = await _present(session, row, wave_id=wave.id)
        if present is not None:
            judged_only = payload.mode is ImportMode.VALIDATE
            return Verdict(
                checked.number, Outcome.UNCHANGED, id=None if judged_only else present.id
            )
        planned = await judge_class(
            session,
            body=_body(row, wave_id=wave.id),
            resources=checked.resources,
            scope=payload.scope,
            now=payload.asked_at,
        )
    except ServiceError as error:
        return refused(checked.number, error, payload.language)
    if payload.mode is ImportMode.VALIDATE:
        return Verdict(checked.number, Outcome.CREATED)
    return Judged(checked.number, row, planned.id, reservation_of(planned, None))


async def plan_row(
    session: AsyncSession, held: Held, *, payload: ImportClasses
) -> Verdict | ServiceError:
    """Plan the class of one row, in a savepoint that a refusal undoes; return what refused it."""
    row = held.row
    try:
        async with session.begin_nested():
            wave = await _wave(session, row)
            planned = await plan_class(
                session,
                body=_body(row, wave_id=wave.id),
                reserved=held.reserved,
                scope=payload.scope,
                now=payload.asked_at,
            )
    except ServiceError as error:
        return error
    return Verdict(held.number, Outcome.CREATED, id=planned.id)


def _body(row: ClassRow, *, wave_id: UUID) -> ClassCreate:
    return ClassCreate(wave_id=wave_id, **row.model_dump(exclude={"program_code", "wave_code"}))


async def _wave(session: AsyncSession, row: ClassRow) -> Wave:
    wave = await find_wave(session, program_code=row.program_code, wave_code=row.wave_code)
    if wave is None:
        raise WaveCodesUnknownError
    return wave


async def _present(session: AsyncSession, row: ClassRow, *, wave_id: UUID) -> Class | None:
    """Return the class that the row is about, if it is there.

    Raises:
        ClassCodeTakenError: when another class has its code.
    """
    present = await find_class(session, code=row.code)
    if present is not None and not _is_same(present, row, wave_id=wave_id):
        raise ClassCodeTakenError
    return present


def _is_same(present: Class, row: ClassRow, *, wave_id: UUID) -> bool:
    return (present.wave_id, present.facility_id, present.space_id) == (
        wave_id,
        row.facility_id,
        row.space_id,
    )
