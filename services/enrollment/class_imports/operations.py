"""The planning of one row's class."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.class_imports.rules import ImportMode, WaveCodesUnknownError
from services.enrollment.class_imports.schemas import ClassRow, ImportClasses
from services.enrollment.classes.operations import plan_class
from services.enrollment.classes.queries import find_class
from services.enrollment.classes.rules import ClassCodeTakenError
from services.enrollment.classes.schemas import ClassCreate
from services.enrollment.classes.tables import Class
from services.enrollment.waves.queries import find_wave
from shared.errors import ServiceError
from shared.schemas.imports import Outcome, Verdict, refused
from shared.schemas.registry import ClassResources


@dataclass(frozen=True, slots=True)
class Checked:
    """A row for which the registry has found everything in order."""

    number: int
    row: ClassRow
    resources: ClassResources


class _JudgedError(Exception):
    """Ends the savepoint of a row that was only to be judged."""


def _end_judged(mode: ImportMode) -> None:
    if mode is ImportMode.VALIDATE:
        raise _JudgedError


async def plan_row(session: AsyncSession, checked: Checked, *, payload: ImportClasses) -> Verdict:
    """Plan the class of one row, in a savepoint that a refusal or a validation undoes.

    A class that is there already under the row's code, in its wave, facility and space, is left
    as it is, so that a file may be sent again.
    """
    try:
        async with session.begin_nested():
            verdict = await _plan(session, checked, payload=payload)
            _end_judged(payload.mode)
    except ServiceError as error:
        return refused(checked.number, error, payload.language)
    except _JudgedError:
        return Verdict(verdict.row, verdict.outcome)
    return verdict


async def _plan(session: AsyncSession, checked: Checked, *, payload: ImportClasses) -> Verdict:
    row = checked.row
    wave = await find_wave(session, program_code=row.program_code, wave_code=row.wave_code)
    if wave is None:
        raise WaveCodesUnknownError
    present = await find_class(session, code=row.code)
    if present is not None:
        if not _is_same(present, row, wave_id=wave.id):
            raise ClassCodeTakenError
        return Verdict(checked.number, Outcome.UNCHANGED, id=present.id)
    planned = await plan_class(
        session,
        body=ClassCreate(wave_id=wave.id, **row.model_dump(exclude={"program_code", "wave_code"})),
        resources=checked.resources,
        scope=payload.scope,
        now=payload.asked_at,
    )
    return Verdict(checked.number, Outcome.CREATED, id=planned.id)


def _is_same(present: Class, row: ClassRow, *, wave_id: UUID) -> bool:
    return (present.wave_id, present.facility_id, present.space_id) == (
        wave_id,
        row.facility_id,
        row.space_id,
    )
