"""The assessments of a class, recorded and corrected within the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.assessments import queries, rules
from services.enrollment.assessments.rules import Learning
from services.enrollment.assessments.schemas import AssessmentSheetRead, AssessmentsWritten
from services.enrollment.assessments.tables import (
    Assessment,
    AssessmentCorrection,
    AssessmentSheet,
)
from services.enrollment.base import Event
from services.enrollment.classes.queries import lock_class
from services.enrollment.classes.rules import local_day
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.queries import enrollments_in_state
from services.enrollment.openings.rules import check_roll
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.enrollment import AssessmentsRecorded, EnrollmentState, Topic
from shared.scope import Scope

_ALLOWED: Final = {"entries": frozenset({EnrollmentState.SEATED, EnrollmentState.COMPLETED})}


@dataclass(frozen=True, slots=True)
class Assessor:
    """Who tells, how far he may run classes, and how far correct those that have ended."""

    name: str
    scope: Scope
    office: Scope


@dataclass(frozen=True, slots=True)
class Assessed:
    """A locked class, the assessments that are there, and what was said of those named."""

    class_: Class
    sheet: AssessmentSheet | None
    said: Mapping[UUID, Learning]


async def take_assessments(
    session: AsyncSession, *, class_id: UUID, written: AssessmentsWritten, by: Assessor
) -> Assessed:
    """Return the class that assessments are about, locked, once its state refuses nothing.

    Raises:
        ClassUnknownError: when there is no such class.
        OutsideScopeError: when it lies outside the scope.
        AssessmentsClosedError, ReasonMissingError: when it does not run.
        RollRefusedError: when somebody is named twice or holds no seat of the class.
    """
    class_ = await lock_class(session, class_id, scope=by.scope)
    office = by.office.admits(place_of(class_), write=True)
    rules.check_may_assess(class_.state, office=office, reason=written.reason)
    people = await enrollments_in_state(session, class_id=class_id, states=EnrollmentState)
    named = [each.enrollment_id for each in written.entries]
    check_roll({"entries": named}, states={row.id: row.state for row in people}, allowed=_ALLOWED)
    sheet = await queries.find_sheet(session, class_id)
    return Assessed(class_, sheet, await queries.learnings_of(session, class_id, named))


async def record_assessments(
    session: AsyncSession,
    assessed: Assessed,
    *,
    written: AssessmentsWritten,
    units: Sequence[Mapping[str, str]] | None,
    by: Assessor,
    now: datetime,
) -> AssessmentSheetRead:
    """Record what is said of some people; what was said before stays readable.

    `units` are those of the module, when the registry was asked for them. What is said as it was
    said before makes no new version.

    Raises:
        UnitNotTaughtError: when the module has no such unit.
        RemedialTooLateError: when a remedial lies in the future.
    """
    sheet, said = assessed.sheet, assessed.said
    pointed = [
        (f"/entries/{place}", each.enrollment_id, each.onto(said.get(each.enrollment_id, _NOTHING)))
        for place, each in enumerate(written.entries)
    ]
    known = sheet.units if sheet is not None and sheet.units is not None else units
    learnings = [(pointer, learning) for pointer, _, learning in pointed]
    rules.check_units(learnings, taught={each["code"] for each in known or ()})
    rules.check_remedials(learnings, today=local_day(now, zone=assessed.class_.time_zone))
    changed = {who: learning for _, who, learning in pointed if said.get(who) != learning}
    if sheet is not None and not changed:
        return await _read(session, sheet)
    sheet = _next_sheet(session, assessed, changed, written=written, by=by, now=now)
    sheet.units = None if known is None else [dict(each) for each in known]
    await session.flush()
    await _write(session, sheet.class_id, changed)
    read = await _read(session, sheet)
    await _tell(session, assessed.class_, read, now=now)
    return read


_NOTHING: Final = Learning()


def _next_sheet(
    session: AsyncSession,
    assessed: Assessed,
    changed: Mapping[UUID, Learning],
    *,
    written: AssessmentsWritten,
    by: Assessor,
    now: datetime,
) -> AssessmentSheet:
    sheet = assessed.sheet
    if sheet is None:
        sheet = AssessmentSheet(class_id=assessed.class_.id, version=0)
        session.add(sheet)
    else:
        session.add(
            AssessmentCorrection(
                class_id=sheet.class_id,
                version=sheet.version,
                recorded_at=sheet.recorded_at,
                recorded_by=sheet.recorded_by,
                replaced=[_replaced(who, assessed.said.get(who)) for who in sorted(changed)],
                corrected_at=now,
                corrected_by=by.name,
                reason=written.reason,
            )
        )
    sheet.recorded_at, sheet.recorded_by = now, by.name
    sheet.version += 1
    return sheet


def _replaced(enrollment_id: UUID, learning: Learning | None) -> dict[str, Any]:
    told = {} if learning is None else rules.told_of(learning)
    return {"enrollment_id": str(enrollment_id), **told}


async def _write(session: AsyncSession, class_id: UUID, changed: Mapping[UUID, Learning]) -> None:
    if not changed:
        return
    rows = [
        {"class_id": class_id, "enrollment_id": who, **rules.told_of(learning)}
        for who, learning in sorted(changed.items())
    ]
    statement = insert(Assessment).values(rows)
    said = {name: statement.excluded[name] for name in rules.told_of(_NOTHING)}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["class_id", "enrollment_id"], set_=said)
    )


async def _read(session: AsyncSession, sheet: AssessmentSheet) -> AssessmentSheetRead:
    return AssessmentSheetRead(
        class_id=sheet.class_id,
        assessed=await queries.count_assessed(session, sheet.class_id),
        recorded_at=sheet.recorded_at,
        version=sheet.version,
    )


async def _tell(
    session: AsyncSession, class_: Class, read: AssessmentSheetRead, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.ASSESSMENTS_RECORDED,
        stream_id=class_.id,
        event=AssessmentsRecorded(class_id=class_.id, assessed=read.assessed),
        place=place_of(class_),
        occurred_at=now,
        version=read.version,
    )
