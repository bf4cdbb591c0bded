"""Reads of enrollments."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Float,
    Select,
    case,
    cast,
    func,
    or_,
    select,
    text,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.enrollment.classes.queries import get_class, is_open
from services.enrollment.classes.rules import local_day
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments import rules
from services.enrollment.enrollments.rules import SILENT_FOR, EnrollmentUnknownError
from services.enrollment.enrollments.schemas import Alternative, EnrollmentRead, QuotaBlock
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.merged_participants.tables import MergedParticipant
from services.enrollment.participants.queries import guarded_by
from services.enrollment.participants.tables import Participant
from services.enrollment.quotas.queries import limits_of, quotas_of, read_quotas
from services.enrollment.quotas.rules import WaveQuotas, traits_of
from shared.db.within import within
from shared.i18n import Language
from shared.schemas.enrollment import AgeBand, ClassState, EnrollmentState, SelectionState
from shared.schemas.registry import TimeZone
from shared.scope import Scope

_EARTH_RADIUS_KM: Final = 6371.0
_MAX_ALTERNATIVES: Final = 5
# Selections build on enrollments: their table is not imported here.
_SELECTION_STATE: Final = text("SELECT state FROM enrollment.selection WHERE wave_id = :wave_id")


async def get_enrollment(
    session: AsyncSession, *, scope: Scope, class_id: UUID, enrollment_id: UUID
) -> Enrollment:
    """Return one enrollment that `scope` may read.

    Raises:
        EnrollmentUnknownError: when there is none, or it lies outside the scope.
    """
    statement = select(Enrollment).where(
        Enrollment.class_id == class_id,
        Enrollment.id == enrollment_id,
        within(scope, Enrollment),
    )
    enrollment = (await session.scalars(statement)).one_or_none()
    if enrollment is None:
        raise EnrollmentUnknownError
    return enrollment


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


async def waitlist_position(session: AsyncSession, enrollment: Enrollment) -> int | None:
    """Return the place in line of somebody who waits, 1 being the next; None for all others."""
    statement = select(_position()).where(
        Enrollment.class_id == enrollment.class_id, Enrollment.id == enrollment.id
    )
    return await session.scalar(statement)


def read_of(
    class_: Class,
    row: Enrollment,
    position: int | None,
    *,
    quotas: WaveQuotas,
    language: Language,
    now: datetime,
) -> EnrollmentRead:
    """Return an enrollment as its API shows it; who waits sees why, and what would change it."""
    read = EnrollmentRead.model_validate(row)
    if row.state is not EnrollmentState.WAITLISTED:
        return read
    block = quotas.blocking(row.wave_id, traits_of(row), now=now)
    why = rules.why_waiting(
        class_state=class_.state,
        promote_until=class_.promote_until,
        pending=rules.selection_pending(class_.selection, announced_at=class_.announced_at),
        blocked=block is not None,
        passed_over=row.age_band is AgeBand.UNDER_18
        and class_.taken < class_.capacity
        and deadline_in(class_, now=now) is None,
        now=now,
    )
    named = block if why is rules.WhyWaiting.QUOTA else None
    return read.model_copy(
        update={
            "waitlist_position": position,
            "why_not_promoted": why,
            "why_detail": rules.WHY_TEXT[why].in_(language),
            "blocked_by": None if named is None else QuotaBlock.model_validate(named.quota),
        }
    )


def deadline_in(class_: Class, *, now: datetime) -> datetime | None:
    """Return until when a seat of a class given `now` is to be confirmed; None asks for no word."""
    return rules.confirm_by(
        confirm_hours=class_.confirm_hours,
        promote_until=class_.promote_until,
        starts_at=class_.starts_at,
        now=now,
    )


async def read_enrollment(
    session: AsyncSession, row: Enrollment, *, language: Language, now: datetime
) -> EnrollmentRead:
    """Return one enrollment as its API shows it."""
    return read_of(
        await get_class(session, row.class_id),
        row,
        await waitlist_position(session, row),
        quotas=await read_quotas(session, row.wave_id, now=now),
        language=language,
        now=now,
    )


def enrollments_of_class(
    *, scope: Scope, class_id: UUID, states: Sequence[EnrollmentState], after: UUID | None
) -> Select[Enrollment, int | None]:
    """Return the statement that lists a class's enrollments, with places in line, by id."""
    statement = (
        select(Enrollment, _position())
        .where(Enrollment.class_id == class_id, within(scope, Enrollment))
        .order_by(Enrollment.id)
    )
    if states:
        statement = statement.where(Enrollment.state.in_(states))
    if after is not None:
        statement = statement.where(Enrollment.id > after)
    return statement


async def list_enrollments(
    session: AsyncSession,
    *,
    scope: Scope,
    class_id: UUID,
    states: Sequence[EnrollmentState],
    after: UUID | None,
    limit: int,
) -> Sequence[tuple[Enrollment, int | None]]:
    """Return up to `limit` enrollments that follow `after`, each with its place in line."""
    statement = enrollments_of_class(
        scope=scope, class_id=class_id, states=states, after=after
    ).limit(limit)
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]


async def enrollments_in_state(
    session: AsyncSession, *, class_id: UUID, states: Iterable[EnrollmentState]
) -> Sequence[Enrollment]:
    """Return all enrollments of a locked class that are in one of `states`, by id."""
    statement = (
        select(Enrollment)
        .where(Enrollment.class_id == class_id, Enrollment.state.in_(list(states)))
        .order_by(Enrollment.id)
    )
    return (await session.scalars(statement)).all()


def niks_of(people: Iterable[UUID]) -> CompoundSelect[bytes]:
    """Return the statement of the blind indexes under which claims of people may stand.

    A claim that was made while its person was being merged stands under the old id for a moment,
    and under either NIK.
    """
    ids = list(people)
    gone = MergedParticipant.old_id.in_(ids)
    return union(
        select(Participant.nik_index).where(Participant.id.in_(ids)),
        select(MergedParticipant.nik_index).where(gone),
        select(Participant.nik_index)
        .join(MergedParticipant, MergedParticipant.participant_id == Participant.id)
        .where(gone),
    )


async def next_in_line(
    session: AsyncSession, *, class_id: UUID, limit: int, guarded_on: date | None = None
) -> Sequence[Enrollment]:
    """Return the first `limit` of those who wait for a locked class, in order.

    Where a seat would be theirs for good on the day `guarded_on`, minors for whom no guardian has
    consented are passed over: they go on waiting.
    """
    statement = (
        select(Enrollment)
        .where(
            Enrollment.class_id == class_id,
            Enrollment.state == EnrollmentState.WAITLISTED,
            Enrollment.waitlist_number.is_not(None),
        )
        .order_by(Enrollment.waitlist_number)
        .limit(limit)
    )
    if guarded_on is not None:
        person = Participant.id == Enrollment.participant_id
        statement = statement.join(Participant, person).where(guarded_by(guarded_on))
    return (await session.scalars(statement)).all()


async def selection_state(session: AsyncSession, wave_id: UUID) -> SelectionState | None:
    """Return how far the selection of a wave has come; None where there is none.

    Whoever approves one holds the classes: under the lock of a class the answer stands.
    """
    state = await session.scalar(_SELECTION_STATE, {"wave_id": wave_id})
    return None if state is None else SelectionState(state)


async def classes_admitting(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Return the classes that have a free seat for somebody who waits, by id.

    Where neither quotas nor guardians pass anybody over there are none: such a seat is given in the
    transaction that frees it. Both are read without a lock: whoever promotes judges again.
    """
    open_ = or_(
        Class.promote_until.is_(None) & (Class.state == ClassState.PLANNED),
        (Class.promote_until > now) & Class.state.in_([ClassState.PLANNED, ClassState.OPENED]),
    )
    guarded = guarded_by(local_day(now, zone=TimeZone.WIB))
    statement = (
        select(Enrollment, Class, guarded.label("guarded"))
        .join(Class, Class.id == Enrollment.class_id)
        .join(Participant, Participant.id == Enrollment.participant_id)
        .where(
            Class.waiting > 0,
            Class.taken < Class.capacity,
            open_,
            Enrollment.state == EnrollmentState.WAITLISTED,
            Enrollment.waitlist_number.is_not(None),
        )
        .order_by(Enrollment.class_id, Enrollment.waitlist_number)
    )
    found = (await session.execute(statement)).all()
    waiting = [
        row for row, class_, allowed in found if allowed or deadline_in(class_, now=now) is not None
    ]
    rows = await quotas_of(session, {row.wave_id for row in waiting})
    quotas = await limits_of(session, rows, now=now)
    admitted = [
        row.class_id
        for row in waiting
        if quotas.blocking(row.wave_id, traits_of(row), now=now) is None
    ]
    return list(dict.fromkeys(admitted))


async def waitlists_over(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return up to `limit` classes in which people wait though nobody is promoted any more.

    Each of the two kinds reads its own index.
    """
    past = Class.promote_until <= now
    silent = (
        Class.promote_until.is_(None)
        & (Class.state == ClassState.PLANNED)
        & (Class.starts_at <= now - SILENT_FOR)
    )
    found = (
        select(Class.id).where(each, Class.waiting > 0).limit(limit) for each in (past, silent)
    )
    statement = union_all(*(each.subquery().select() for each in found)).limit(limit)
    return (await session.scalars(statement)).all()


def _distance_km(here: Any, there: Any) -> ColumnElement[float | None]:  # noqa: ANN401 - aliases
    """Return the SQL of the great-circle distance of two classes, null without coordinates.

    Source: the haversine formula, R. W. Sinnott, Sky and Telescope 68 (2), 1984.
    """
    half_latitude = func.radians(there.latitude - here.latitude) / 2
    half_longitude = func.radians(there.longitude - here.longitude) / 2
    chord = func.power(func.sin(half_latitude), 2) + (
        func.cos(func.radians(here.latitude))
        * func.cos(func.radians(there.latitude))
        * func.power(func.sin(half_longitude), 2)
    )
    # Rounding may lift the chord above 1. Not least(): it would make 1 of null.
    distance = 2 * _EARTH_RADIUS_KM * func.asin(func.sqrt(case((chord > 1, 1.0), else_=chord)))
    return cast(distance, Float)


async def find_alternatives(
    session: AsyncSession, *, class_id: UUID, now: datetime
) -> list[Alternative]:
    """Return up to five classes of the same wave that would seat a claim, nearest first.

    Nearest is by distance; where coordinates are missing, by regency and then by province.
    """
    here, there = aliased(Class), aliased(Class)
    distance = _distance_km(here, there)
    statement = (
        select(
            there.id.label("class_id"),
            there.code,
            there.label,
            there.facility_name,
            there.province_code,
            there.regency_code,
            there.starts_at,
            (there.capacity - there.taken).label("free_seats"),
            func.round(distance).label("distance_km"),
        )
        .join(there, there.wave_id == here.wave_id)
        .where(
            here.id == class_id,
            there.id != class_id,
            is_open(there, now=now),
        )
        .order_by(
            distance.nulls_last(),
            (there.regency_code == here.regency_code).desc(),
            (there.province_code == here.province_code).desc(),
            there.code,
        )
        .limit(_MAX_ALTERNATIVES)
    )
    rows = (await session.execute(statement)).all()
    return [Alternative.model_validate(row) for row in rows]
