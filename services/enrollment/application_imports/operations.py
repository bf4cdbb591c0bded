"""What becomes of one row's application."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.application_imports import queries
from services.enrollment.application_imports.rules import INELIGIBLE
from services.enrollment.application_imports.schemas import ApplicationRow, ImportApplications
from services.enrollment.applications.operations import apply
from services.enrollment.applications.queries import choices_of, find_active
from services.enrollment.applications.schemas import ApplicationCreate, Choice, Paper
from services.enrollment.applications.tables import Application
from services.enrollment.class_imports.rules import WaveCodesUnknownError
from services.enrollment.enrollments.rules import WindowClosedError
from services.enrollment.identities.rules import NikKeys, check_digits
from services.enrollment.waves.queries import find_wave
from shared.ids import new_id
from shared.schemas.enrollment import ApplicationState
from shared.schemas.imports import Outcome, Verdict


async def bring_application(
    session: AsyncSession,
    number: int,
    row: ApplicationRow,
    *,
    keys: NikKeys,
    payload: ImportApplications,
    today: date,
    named: list[UUID | None],
) -> Verdict:
    """Apply for the person of a row, or find that the very same application is there.

    `named` is told whom the row has asked about. A file is judged by the hour at which it was sent,
    but it brings nobody into a list that was frozen meanwhile.

    Raises:
        NikMalformedError: when the NIK is not 16 digits.
        WaveCodesUnknownError: when no wave goes by these codes.
        FacilityCodeUnknownError: when the wave has no class at one of the choices.
        WindowClosedError: when the list is frozen.
        And what `apply` raises.
    """
    index = keys.index_of(check_digits(row.nik))
    wave = await find_wave(session, program_code=row.program_code, wave_code=row.wave_code)
    if wave is None:
        raise WaveCodesUnknownError
    facilities = await queries.facilities_of_wave(session, wave.id, row.choices)
    person = await queries.claimed_by(session, index)
    named.append(person)
    if person is not None:
        there = await find_active(session, wave_id=wave.id, participant_id=person)
        if there is not None and await _is_same(session, there, row, facilities):
            return Verdict(number, Outcome.UNCHANGED, id=there.id)
    body = ApplicationCreate(
        id=row.id,
        # Somebody whom nobody knows: who may not apply here learns no more than that.
        participant_id=person or new_id(),
        choices=[Choice(facility_id=each) for each in facilities],
        submit=row.submit,
        paper=Paper(reference=row.paper_reference, sha256=row.paper_sha256),
    )
    made = await apply(
        session, wave.id, body, scope=payload.scope, now=payload.asked_at, today=today
    )
    # Who freezes the list locks the wave, which is held as it is from here on.
    if await queries.is_frozen(session, wave.id):
        raise WindowClosedError
    if made.state is ApplicationState.INELIGIBLE:
        return Verdict(number, Outcome.CREATED, made.id, INELIGIBLE, ", ".join(made.reasons))
    return Verdict(number, Outcome.CREATED, id=made.id)


async def _is_same(
    session: AsyncSession, there: Application, row: ApplicationRow, facilities: list[UUID]
) -> bool:
    """Tell whether an application came from the same paper: who holds it has sent it before."""
    chosen = [each.facility_id for each in (await choices_of(session, [there]))[there.id]]
    paper = (there.paper_reference, there.paper_sha256)
    return chosen == facilities and paper == (row.paper_reference, row.paper_sha256)
