"""Reads of what is wrong, each within a scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.attendance_facts.tables import LiveAttendanceSummary
from services.reporting.class_facts.tables import LiveClassNow
from services.reporting.followups.tables import FollowUp
from services.reporting.quality import rules
from services.reporting.quality.rules import Rule
from services.reporting.quality_facts.tables import (
    LiveFacilityPairs,
    LiveOpenings,
    LivePersonPairs,
)
from shared.db.within import within
from shared.schemas.enrollment import ClassState
from shared.schemas.reporting import OutcomeStatus
from shared.scope import Scope

_CLASS: Any = LiveClassNow


def _waiting(rule: Rule, now: datetime) -> ColumnElement[bool]:
    """Return which classes have something wrong, of those beside which their openings stand."""
    opened, told, starts = LiveOpenings.opened_at, LiveOpenings.told_at, _CLASS.starts_at
    running = and_(_CLASS.state == ClassState.OPENED, starts <= now)
    called = select(LiveAttendanceSummary).where(
        LiveAttendanceSummary.__table__.c.class_id == _CLASS.class_id
    )
    conditions: dict[Rule, ColumnElement[bool]] = {
        Rule.SILENT_CLASSES: and_(_CLASS.state == ClassState.PLANNED, starts <= now),
        Rule.LATE_OPENINGS: told > opened + rules.LATE,
        Rule.IMPOSSIBLE_DATES: or_(
            opened < starts - rules.EARLY,
            opened > told + rules.CLOCK_ERROR,
            and_(_CLASS.state != ClassState.CANCELLED, starts > now + rules.FAR_AHEAD),
        ),
        Rule.MISSING_ROLLS: and_(running, starts < now - rules.ROLL_DUE, ~called.exists()),
        Rule.UNENDED_CLASSES: and_(running, starts < now - rules.END_DUE),
    }
    return conditions[rule]


def _classes(rule: Rule, scope: Scope, now: datetime) -> Select[*tuple[Any, ...]]:
    since = func.coalesce(LiveOpenings.opened_at, _CLASS.starts_at)
    return (
        select(
            _CLASS.class_id,
            _CLASS.wave_id,
            _CLASS.facility_id,
            _CLASS.province_code,
            _CLASS.regency_code,
            since.label("since"),
            literal(None).label("horizon_months"),
            literal(1).label("count"),
        )
        .select_from(_CLASS)
        .outerjoin(LiveOpenings, LiveOpenings.class_id == _CLASS.class_id)
        .where(within(scope, LiveClassNow), _waiting(rule, now))
    )


def _outcomes(scope: Scope, now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the classes whose graduates have not answered, the latest horizon of each."""
    asked = and_(FollowUp.status == OutcomeStatus.ASKED, FollowUp.asked_at < now - rules.ANSWER_DUE)
    classes = FollowUp.class_id, FollowUp.facility_id, FollowUp.province_code, FollowUp.regency_code
    return (
        select(
            FollowUp.class_id,
            literal(None).label("wave_id"),
            *classes[1:],
            func.min(FollowUp.asked_at).label("since"),
            func.max(FollowUp.horizon_months).label("horizon_months"),
            func.count().label("count"),
        )
        .where(within(scope, FollowUp), asked)
        .group_by(*classes)
    )


def _items(rule: Rule, scope: Scope, now: datetime) -> Select[*tuple[Any, ...]]:
    if rule is Rule.MISSING_OUTCOMES:
        return _outcomes(scope, now)
    return _classes(rule, scope, now)


async def count_wrong(
    session: AsyncSession, rule: Rule, *, scope: Scope, now: datetime
) -> int | None:
    """Return how much is wrong; None when it can only be told of the whole country."""
    if rule in (Rule.DUPLICATE_PEOPLE, Rule.DUPLICATE_FACILITIES):
        pairs: Any = LivePersonPairs if rule is Rule.DUPLICATE_PEOPLE else LiveFacilityPairs
        if not scope.national:
            return None
        return (await session.scalars(select(pairs.open_pairs))).one_or_none() or 0
    items = _items(rule, scope, now).subquery()
    total = func.coalesce(func.sum(items.c.count), 0)
    return int((await session.scalars(select(total))).one())


async def list_wrong(
    session: AsyncSession,
    rule: Rule,
    *,
    scope: Scope,
    now: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return the classes that have something wrong, by id."""
    items = _items(rule, scope, now).subquery()
    statement = select(items).order_by(items.c.class_id).limit(limit)
    if after is not None:
        statement = statement.where(items.c.class_id > after)
    return (await session.execute(statement)).mappings().all()
