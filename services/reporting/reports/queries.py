"""Reads of the cubes: one SELECT per fact, grouped by what was asked, filtered by the scope."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Base
from services.reporting.class_facts.tables import LiveClasses, LiveClassSummary
from services.reporting.enrollment_facts.tables import LiveEnrollments, LiveEnrollmentSummary
from services.reporting.facility_facts.tables import LiveFacilities
from services.reporting.indicators.rules import (
    FACILITIES,
    FUNNEL,
    OPENING,
    OUTCOMES,
    PROGRESS,
    AreaBasis,
    Dimension,
    Report,
)
from services.reporting.outcome_facts.tables import LiveOutcomes
from services.reporting.reports.rules import (
    ZONES,
    Key,
    Question,
    Sums,
    merge,
    needs_places,
    spread_over_horizons,
)
from shared.db.within import within
from shared.schemas.enrollment import HOLDS_SEAT, ClassState, EnrollmentState, Presence
from shared.schemas.registry import FacilityStatus
from shared.schemas.reporting import OutcomeStatus
from shared.scope import Scope

Measures: TypeAlias = dict[str, ColumnElement[int]]

# Who gave a place back, or let the offer of one pass.
_GIVEN_UP: Final = (EnrollmentState.CANCELLED, EnrollmentState.DECLINED, EnrollmentState.EXPIRED)
_WORKING: Final = (OutcomeStatus.EMPLOYED, OutcomeStatus.SELF_EMPLOYED, OutcomeStatus.BOTH)
_COLUMNS: Final = {
    Dimension.PROGRAM: "program_id",
    Dimension.WAVE: "wave_id",
    Dimension.FACILITY: "facility_id",
}
# What the summaries have not.
_CUBE_ONLY: Final = frozenset(
    {
        Dimension.REGENCY,
        Dimension.FACILITY,
        Dimension.FACILITY_KIND,
        Dimension.SEX,
        Dimension.AGE_BAND,
        Dimension.ENTRANT_KIND,
        Dimension.DAY,
    }
)


def _area_column(live: type[Base], question: Question, level: str) -> ColumnElement[str]:
    home = question.area_basis is AreaBasis.RESIDENCE
    column: ColumnElement[str] = getattr(live, f"home_{level}" if home else level)
    return column


def _column(live: type[Base], dimension: Dimension, question: Question) -> ColumnElement[Any]:
    """Return the column of `live` that holds a dimension."""
    if dimension in (Dimension.PROVINCE, Dimension.REGENCY):
        return _area_column(live, question, f"{dimension}_code")
    if dimension is Dimension.ZONE:
        named: ColumnElement[Any] | None = getattr(live, "time_zone", None)
        return _zone(_area_column(live, question, "province_code")) if named is None else named
    column: ColumnElement[Any] = getattr(live, _COLUMNS.get(dimension, dimension.value))
    return column


def _zone(province: ColumnElement[str]) -> ColumnElement[str]:
    return case(
        *((province.in_(codes), literal(zone.value, Text())) for zone, codes in ZONES.items())
    )


def _sum(n: ColumnElement[int], *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the sum of `n` where all conditions hold, 0 when there is nothing."""
    total = func.sum(n)
    counted = total.filter(and_(*conditions)) if conditions else total
    return cast(func.coalesce(counted, 0), BigInteger)


def _sums(
    live: type[Base],
    measures: Measures,
    *,
    question: Question,
    scope: Scope,
    last_key: ColumnElement[int] | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return the statement that sums `measures`; rows: one per value of the dimensions asked."""
    keys: list[ColumnElement[Any]] = [
        cast(_column(live, each, question), Text()) for each in question.by
    ]
    if last_key is not None:
        keys.append(last_key)
    statement = select(
        *(key.label(f"key_{place}") for place, key in enumerate(keys)),
        *(measure.label(name) for name, measure in measures.items()),
    ).where(within(scope, live))
    for dimension, values in question.chosen:
        column = cast(_column(live, dimension, question), Text())
        statement = statement.where(column == any_(literal(list(values), ARRAY(Text()))))
    return statement.group_by(*keys) if keys else statement


async def _read(
    session: AsyncSession, statement: Select[*tuple[Any, ...]], *, keys: int
) -> dict[Key, Sums]:
    """Return the sums by their first `keys` columns; groups that sum to nothing are left out."""
    result = await session.execute(statement)
    names = list(result.keys())[keys:]
    found: dict[Key, Sums] = {}
    for row in result.all():
        sums = dict(zip(names, row[keys:], strict=True))
        if not keys or any(sums.values()):
            found[tuple("" if key is None else key for key in row[:keys])] = sums
    return found


def _enrollment_measures(live: Any) -> Measures:  # noqa: ANN401 - any of two mapped classes
    held = live.state.in_(HOLDS_SEAT)
    return {
        # Who was transferred stands in the other class.
        "claims": _sum(live.n, live.state != EnrollmentState.TRANSFERRED),
        "seated": _sum(live.n, held),
        "waitlisted": _sum(live.n, live.state == EnrollmentState.WAITLISTED),
        "promoted": _sum(live.n, held, live.waited),
        "not_placed": _sum(live.n, live.state == EnrollmentState.NOT_PLACED),
        "cancelled": _sum(live.n, live.state.in_(_GIVEN_UP)),
        "reported": _sum(live.n, held, live.presence != Presence.UNREPORTED),
        "present": _sum(live.n, held, live.presence == Presence.PRESENT),
        "completed": _sum(live.n, live.state == EnrollmentState.COMPLETED),
        "dropped_out": _sum(live.n, live.state == EnrollmentState.DROPPED_OUT),
    }


def _class_measures(live: Any, now: datetime) -> Measures:  # noqa: ANN401 - any of two classes
    planned = live.state != ClassState.CANCELLED
    due = live.starts_at <= now
    return {
        "classes_planned": _sum(live.n, planned),
        "classes_opened": _sum(live.n, live.state.in_((ClassState.OPENED, ClassState.COMPLETED))),
        "classes_due": _sum(live.n, planned, due),
        "classes_silent": _sum(live.n, live.state == ClassState.PLANNED, due),
    }


def _outcome_measures(live: Any) -> Measures:  # noqa: ANN401 - a class mapped to a sub-select
    def having(*status: OutcomeStatus) -> ColumnElement[int]:
        return _sum(live.n, live.status.in_(status))

    sums = (
        "businesses_started",
        "businesses_running",
        "people_hired",
        "first_incomes",
        "days_to_first_income",
        "incomes_compared",
        "incomes_up",
    )
    return {
        "answered": _sum(live.n, live.status != OutcomeStatus.UNREACHED),
        "working": having(*_WORKING),
        "employed": having(OutcomeStatus.EMPLOYED, OutcomeStatus.BOTH),
        "self_employed": having(OutcomeStatus.SELF_EMPLOYED, OutcomeStatus.BOTH),
        "studying": having(OutcomeStatus.STUDYING),
        "seeking": having(OutcomeStatus.SEEKING),
        "inactive": having(OutcomeStatus.INACTIVE),
        **{name: _sum(getattr(live, name)) for name in sums},
    }


def _from_summary(question: Question, scope: Scope) -> bool:
    return question.dimensions.isdisjoint(_CUBE_ONLY) and not needs_places(scope)


def enrollment_sums(
    question: Question, scope: Scope, *, names: tuple[str, ...] = ()
) -> Select[*tuple[Any, ...]]:
    """Return the statement that counts enrollments; only the measures in `names` if any."""
    live: Any = LiveEnrollmentSummary if _from_summary(question, scope) else LiveEnrollments
    measures = _enrollment_measures(live)
    chosen = {name: measures[name] for name in names or measures}
    return _sums(live, chosen, question=question, scope=scope)


def class_sums(question: Question, scope: Scope, *, now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the statement that counts classes as they stand at `now`."""
    live: Any = LiveClassSummary if _from_summary(question, scope) else LiveClasses
    return _sums(live, _class_measures(live, now), question=question, scope=scope)


def outcome_sums(question: Question, scope: Scope) -> Select[*tuple[Any, ...]]:
    """Return the statement that counts outcomes; the horizon is the last key."""
    live: Any = LiveOutcomes
    horizon = live.horizon_months
    return _sums(
        live, _outcome_measures(live), question=question, scope=scope, last_key=horizon
    ).where(horizon.in_(question.horizons))


def facility_sums(question: Question, scope: Scope) -> Select[*tuple[Any, ...]]:
    """Return the statement that counts facilities."""
    live: Any = LiveFacilities
    measures = {
        "facilities": _sum(live.n),
        "active": _sum(live.n, live.status == FacilityStatus.ACTIVE),
    }
    return _sums(live, measures, question=question, scope=scope)


async def _outcomes(session: AsyncSession, question: Question, scope: Scope) -> Mapping[Key, Sums]:
    """Return answers beside all who completed: each of them was to answer at every horizon."""
    keys = len(question.by)
    statement = enrollment_sums(question, scope, names=("completed",))
    completed = await _read(session, statement, keys=keys)
    answers = await _read(session, outcome_sums(question, scope), keys=keys + 1)
    return merge(spread_over_horizons(completed, question.horizons), answers)


async def read_report(
    session: AsyncSession, report: Report, *, question: Question, scope: Scope, now: datetime
) -> Mapping[Key, Sums]:
    """Return the sums that a report is made of, by the values of the dimensions asked for."""
    keys = len(question.by)
    if report is OUTCOMES:
        return await _outcomes(session, question, scope)
    if report is FACILITIES:
        return await _read(session, facility_sums(question, scope), keys=keys)
    statement = enrollment_sums(question, scope, names=_NAMES[report.code])
    people = await _read(session, statement, keys=keys)
    if report is not OPENING:
        return people
    classes = await _read(session, class_sums(question, scope, now=now), keys=keys)
    return merge(people, classes)


_NAMES: Final[dict[str, tuple[str, ...]]] = {
    FUNNEL.code: (),
    PROGRESS.code: ("seated", "present", "completed"),
    OPENING.code: ("seated", "reported", "present"),
}
