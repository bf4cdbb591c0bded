"""Reads of applications."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.enrollment.applications.rules import (
    ACTIVE,
    ApplicationUnknownError,
    ChoiceUnknownError,
    check_facilities,
)
from services.enrollment.applications.schemas import (
    ApplicationRead,
    ApplicationRow,
    Choice,
    ChoiceRead,
    PlaceRead,
)
from services.enrollment.applications.tables import Application, ApplicationChoice
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.participants.rules import (
    ParticipantUnknownError,
    age_band,
    check_guarded,
    check_unrestricted,
)
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.queries import get_program, terms_of
from services.enrollment.programs.rules import PersonFacts, age_on, judged_kind, refusal
from services.enrollment.waves.queries import get_wave
from shared.db.within import within
from shared.schemas.enrollment import (
    ApplicationCell,
    ApplicationChannel,
    ApplicationState,
    ClassState,
    EnrollmentState,
)
from shared.scope import Scope

OF_HOME: Final = ("home_province_code", "home_regency_code")
_OF_PLACE: Final = (
    "facility_id", "province_code", "regency_code", "owner_ministry", "co_ministry",
    "host_ministry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """What a list of applications is narrowed to; None is no matter."""

    states: Collection[ApplicationState] = ()
    facility_id: UUID | None = None
    channel: ApplicationChannel | None = None
    updated_after: datetime | None = None


class Held(NamedTuple):
    """The place in the programme that somebody holds already."""

    class_id: UUID
    enrollment_id: UUID
    state: EnrollmentState


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice, and a class that tells where it lies."""

    class_id: UUID | None
    at: Class

    @property
    def columns(self) -> dict[str, Any]:
        """What rows say of the place."""
        return {name: getattr(self.at, name) for name in _OF_PLACE}

    @property
    def wanted(self) -> dict[str, Any]:
        """What an application says of the place that is wanted most."""
        trade = "" if self.class_id is None else self.at.trade
        return {**self.columns, "facility_kind": self.at.facility_kind, "trade": trade}


class Was(NamedTuple):
    """How an application stood before a change: its state, and the cell that it counted in."""

    state: ApplicationState | None = None
    cell: ApplicationCell | None = None


def was(row: Application) -> Was:
    """Return how an application stands that is about to change."""
    return Was(row.state, cell_of(row))


def cell_of(row: Application) -> ApplicationCell | None:
    """Return what figures can cut an application by; None while they do not count it."""
    if row.submitted_at is None or row.age is None or row.facility_kind is None:
        return None
    members = {name: getattr(row, name, None) for name in ApplicationCell.model_fields}
    return ApplicationCell.model_validate({**members, "age_band": age_band(row.age)})


def _visible(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that the scope reaches a choice of the application, or the person."""
    if scope.national:
        return true()
    return (
        select(ApplicationChoice.application_id)
        .where(
            ApplicationChoice.participant_id == Application.participant_id,
            ApplicationChoice.application_id == Application.id,
            within(scope, ApplicationChoice),
        )
        .exists()
    )


async def get_application(
    session: AsyncSession, participant_id: UUID, application_id: UUID, *, scope: Scope
) -> Application:
    """Return one application that `scope` may read.

    Raises:
        ApplicationUnknownError: when there is none, or it lies outside the scope.
    """
    statement = select(Application).where(
        Application.participant_id == participant_id,
        Application.id == application_id,
        _visible(scope),
    )
    found = await session.scalar(statement)
    if found is None:
        raise ApplicationUnknownError
    return found


async def lock_application(session: AsyncSession, row: Application) -> Application:
    """Lock an application that is about to change, and read it afresh."""
    await session.refresh(row, with_for_update=True)
    return row


async def find_active(
    session: AsyncSession, *, wave_id: UUID, participant_id: UUID
) -> Application | None:
    """Return the application that a person has in a wave, of those that bar another."""
    statement = select(Application).where(
        Application.participant_id == participant_id,
        Application.wave_id == wave_id,
        Application.state.in_(sorted(ACTIVE)),
    )
    return await session.scalar(statement)


async def choices_of(
    session: AsyncSession, rows: Collection[Application]
) -> dict[UUID, list[ApplicationChoice]]:
    """Return the choices of applications by application, the most wanted first."""
    statement = (
        select(ApplicationChoice)
        .where(
            ApplicationChoice.participant_id.in_([row.participant_id for row in rows]),
            ApplicationChoice.application_id.in_([row.id for row in rows]),
        )
        .order_by(ApplicationChoice.application_id, ApplicationChoice.rank)
    )
    found: dict[UUID, list[ApplicationChoice]] = {row.id: [] for row in rows}
    for choice in await session.scalars(statement):
        found[choice.application_id].append(choice)
    return found


async def _classes_named(
    session: AsyncSession,
    *,
    wave_id: UUID,
    facilities: Collection[UUID],
    classes: Collection[UUID],
) -> Sequence[Class]:
    """Return the classes of a wave that can still start: these, or all of these facilities."""
    named = Class.id.in_(classes) | Class.facility_id.in_(facilities)
    statement = (
        select(Class)
        .where(Class.wave_id == wave_id, Class.state == ClassState.PLANNED, named)
        .order_by(Class.code)
    )
    return (await session.scalars(statement)).all()


async def choose(session: AsyncSession, wave_id: UUID, choices: Sequence[Choice]) -> list[Chosen]:
    """Return where choices lie, in their order.

    Raises:
        ChoiceUnknownError: when one is no class of the wave that can still start.
        ChoiceTwiceError: when a facility is chosen twice.
    """
    classes = await _classes_named(
        session,
        wave_id=wave_id,
        facilities=[each.facility_id for each in choices if each.facility_id is not None],
        classes=[each.class_id for each in choices if each.class_id is not None],
    )
    chosen = [_found(place, choice, classes) for place, choice in enumerate(choices)]
    check_facilities([each.at.facility_id for each in chosen])
    return chosen


def _found(place: int, choice: Choice, classes: Sequence[Class]) -> Chosen:
    for each in classes:
        if choice.class_id in (None, each.id) and choice.facility_id in (None, each.facility_id):
            return Chosen(class_id=choice.class_id, at=each)
    raise ChoiceUnknownError(pointer=f"/choices/{place}")


async def get_person(session: AsyncSession, participant_id: UUID) -> Participant:
    """Return a person whoever asks: who may ask has been judged by the classes that are chosen.

    Raises:
        ParticipantUnknownError: when there is no such person.
        PersonRestrictedError: when the person's data may not be processed.
    """
    person = await session.get(Participant, participant_id)
    if person is None:
        raise ParticipantUnknownError
    check_unrestricted(person.restricted_at)
    return person


async def judge(
    session: AsyncSession, wave_id: UUID, person: Participant, *, now: datetime, today: date
) -> dict[str, Any]:
    """Return what submitting writes: the facts of the day, and whether they admit the person.

    Raises:
        GuardianMissingError: when a minor could be seated without having to confirm, and no
            guardian has consented.
    """
    wave = await get_wave(session, wave_id)
    program = await get_program(session, wave.program_id)
    terms = terms_of(program)
    facts = PersonFacts(
        birth_date=person.birth_date,
        entrant_kind=person.entrant_kind,
        kind_by_capital=person.kind_by_capital,
        kind_by_sales=person.kind_by_sales,
        home_province_code=person.home_province_code,
        home_regency_code=person.home_regency_code,
    )
    why = refusal(terms, facts, on=today)
    if why is None and wave.confirm_hours is None:
        check_guarded(person.birth_date, person.guardian_consent_at, on=today)
    return {
        "state": ApplicationState.SUBMITTED if why is None else ApplicationState.INELIGIBLE,
        "reasons": [] if why is None else [why.value],
        "sex": person.sex,
        "entrant_kind": person.entrant_kind,
        "judged_kind": judged_kind(terms.size_criterion, facts),
        "age": age_on(person.birth_date, today),
        "disability": person.disability,
        "judged_on": today,
        "rule_version": program.rule_version,
        **{name: getattr(person, name) for name in OF_HOME},
        "submitted_at": now,
    }


async def find_held(
    session: AsyncSession, *, program_id: UUID, participant_id: UUID
) -> Held | None:
    """Return the place that a person holds in a programme, whether in this wave or another."""
    statement = (
        select(Enrollment.class_id, Enrollment.id, Enrollment.state)
        .join(
            ProgramClaim,
            (ProgramClaim.class_id == Enrollment.class_id)
            & (ProgramClaim.enrollment_id == Enrollment.id),
        )
        .join(Participant, Participant.nik_index == ProgramClaim.nik_index)
        .where(ProgramClaim.program_id == program_id, Participant.id == participant_id)
    )
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else Held(*found)


def _narrowed(statement: Select[Application], narrowed: ApplicationFilter) -> Select[Application]:
    if narrowed.states:
        statement = statement.where(Application.state.in_(sorted(narrowed.states)))
    if narrowed.channel is not None:
        statement = statement.where(Application.channel == narrowed.channel)
    if narrowed.updated_after is not None:
        statement = statement.where(Application.updated_at > narrowed.updated_after)
    return statement


async def list_of_wave(
    session: AsyncSession,
    wave_id: UUID,
    *,
    scope: Scope,
    narrowed: ApplicationFilter,
    after: UUID | None,
    limit: int,
) -> Sequence[Application]:
    """Return up to `limit` applications of a wave that the scope reaches, by their ids."""
    statement = select(Application).where(Application.wave_id == wave_id)
    if narrowed.facility_id is not None or not scope.national:
        chosen = select(ApplicationChoice.application_id).where(
            ApplicationChoice.wave_id == wave_id, within(scope, ApplicationChoice)
        )
        if narrowed.facility_id is not None:
            chosen = chosen.where(ApplicationChoice.facility_id == narrowed.facility_id)
        statement = statement.where(Application.id.in_(chosen))
    if after is not None:
        statement = statement.where(Application.id > after)
    statement = _narrowed(statement, narrowed).order_by(Application.id).limit(limit)
    return (await session.scalars(statement)).all()


async def list_of_people(
    session: AsyncSession,
    participants: Collection[UUID],
    *,
    scope: Scope,
    before: UUID | None,
    limit: int,
) -> Sequence[Application]:
    """Return up to `limit` applications of people that the scope reaches, the newest first."""
    statement = (
        select(Application)
        .where(Application.participant_id.in_(sorted(participants)), _visible(scope))
        .order_by(Application.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Application.id < before)
    return (await session.scalars(statement)).all()


def _position() -> ColumnElement[int | None]:
    """Return the SQL of the place in line among those who still wait, 1 being the next."""
    ahead = aliased(Enrollment)
    count = (
        select(func.count())
        .where(
            ahead.class_id == Enrollment.class_id,
            ahead.waitlist_number <= Enrollment.waitlist_number,
            ahead.state == EnrollmentState.WAITLISTED,
        )
        .scalar_subquery()
    )
    return case((Enrollment.state == EnrollmentState.WAITLISTED, count))


async def places_of(session: AsyncSession, rows: Collection[Application]) -> dict[UUID, PlaceRead]:
    """Return what became of applications that were placed, by application.

    Who was transferred has the row of the class he is in now.
    """
    placed = [row.id for row in rows if row.enrollment_id is not None]
    if not placed:
        return {}
    statement = (
        select(
            Enrollment.application_id,
            Enrollment.class_id,
            Enrollment.id.label("enrollment_id"),
            Enrollment.state,
            Enrollment.waitlist_number,
            _position().label("waitlist_position"),
            Enrollment.confirm_by,
        )
        .where(
            Enrollment.application_id.in_(placed),
            Enrollment.state != EnrollmentState.TRANSFERRED,
        )
        .order_by(Enrollment.application_id, Enrollment.arrived_at)
    )
    found = await session.execute(statement)
    return {row.application_id: PlaceRead.model_validate(row) for row in found}


async def rows_of(session: AsyncSession, rows: Sequence[Application]) -> dict[UUID, ApplicationRow]:
    """Return applications as lists show them, by id."""
    choices = await choices_of(session, rows)
    places = await places_of(session, rows)
    return {
        row.id: ApplicationRow.model_validate(
            {
                **{name: getattr(row, name, None) for name in ApplicationRow.model_fields},
                "choices": [ChoiceRead.model_validate(each) for each in choices[row.id]],
                "place": places.get(row.id),
            }
        )
        for row in rows
    }


async def read_of(session: AsyncSession, row: Application) -> ApplicationRead:
    """Return one application as it is shown."""
    listed = (await rows_of(session, [row]))[row.id]
    return ApplicationRead(
        **dict(listed),
        assisted_by=row.assisted_by,
        paper_reference=row.paper_reference,
        paper_sha256=row.paper_sha256,
    )
