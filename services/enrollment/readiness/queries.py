"""Reads of what a wave's classes are, in one statement however many they are."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.rules import local_day
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.operator_logins.tables import OperatorLogin
from services.enrollment.readiness.rules import ClassFacts
from shared.db.within import within
from shared.schemas.enrollment import ClassState, EnrollmentState
from shared.schemas.registry import StandingAsk
from shared.scope import Scope


class Asked(NamedTuple):
    """What enrollment knows of a class, and how the registry is asked after it."""

    facts: ClassFacts
    ask: StandingAsk


async def classes_of(
    session: AsyncSession,
    wave_id: UUID,
    *,
    scope: Scope,
    province: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[Asked]:
    """Return the classes of a wave that were not called off and lie within `scope`, by code."""
    statement = _classes(wave_id, scope=scope)
    if province is not None:
        statement = statement.where(Class.province_code == province)
    if after is not None:
        statement = statement.where(Class.code > after)
    rows: Sequence[tuple[Class, int, bool]] = [
        (row[0], row[1], row[2]) for row in (await session.execute(statement.limit(limit))).all()
    ]
    return [_asked(class_, offered, seen=seen) for class_, offered, seen in rows]


def _classes(wave_id: UUID, *, scope: Scope) -> Select[Class, int, bool]:
    offered = (
        select(func.count())
        .where(Enrollment.class_id == Class.id, Enrollment.state == EnrollmentState.OFFERED)
        .scalar_subquery()
    )
    seen = exists().where(OperatorLogin.facility_id == Class.facility_id)
    return (
        select(Class, offered, seen)
        .where(Class.wave_id == wave_id, Class.state != ClassState.CANCELLED, within(scope, Class))
        .order_by(Class.code)
    )


def _asked(class_: Class, offered: int, *, seen: bool) -> Asked:
    facts = ClassFacts(
        class_id=class_.id,
        code=class_.code,
        label=class_.label,
        state=class_.state,
        facility_id=class_.facility_id,
        facility_name=class_.facility_name,
        province_code=class_.province_code,
        regency_code=class_.regency_code,
        module_version=class_.module_version,
        instructors=len(class_.instructors),
        capacity=class_.capacity,
        confirmed=class_.taken - offered,
        operator_seen=seen,
    )
    first, last = days_of(class_)
    ask = StandingAsk(
        class_id=class_.id,
        facility_id=class_.facility_id,
        booking_id=class_.booking_id,
        agreement_id=class_.agreement_id,
        module_id=class_.module_id,
        first_day=first,
        last_day=last,
    )
    return Asked(facts, ask)


def days_of(class_: Class) -> tuple[date, date]:
    """Return the first and the last day of a class by the clocks of its place."""
    first = local_day(class_.starts_at, zone=class_.time_zone)
    last = local_day(class_.ends_at or class_.starts_at, zone=class_.time_zone)
    return first, last
