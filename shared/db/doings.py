"""Whose data somebody has read or changed, as a service's audit and log tell it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, true, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.db.audit import AuditColumns
from shared.db.events import EventColumns
from shared.schemas.enrollment import Doing, DoingsAsked

PAGE = 1_000


def did(actor: InstrumentedAttribute[str], first: str, before: str | None) -> ColumnElement[bool]:
    """Return the condition that one actor is meant, or all from one name to another."""
    return actor == first if before is None else and_(actor >= first, actor < before)


def doings(
    audit: type[AuditColumns],
    event: type[EventColumns],
    asked: DoingsAsked,
    *,
    actions: Collection[str] | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return the statement of whom, what, whether read or changed, and how often.

    `actions` are those of the audit that are about people; by default they all are.
    """
    named = true() if actions is None else audit.action.in_(sorted(actions))
    read = (
        select(
            audit.subject_id.label("person"),
            audit.action.label("what"),
            literal(1).label("read"),
            func.count().label("times"),
        )
        .where(
            audit.at >= asked.since,
            audit.at < asked.until,
            did(audit.actor, asked.first, asked.before),
            audit.subject_id.is_not(None),
            named,
        )
        .group_by("person", "what")
    )
    changed = (
        select(
            event.participant_id.label("person"),
            event.topic.label("what"),
            literal(0).label("read"),
            func.count().label("times"),
        )
        .where(
            event.recorded_at >= asked.since,
            event.recorded_at < asked.until,
            did(event.actor, asked.first, asked.before),
            event.participant_id.is_not(None),
        )
        .group_by("person", "what")
    )
    return select(union_all(read, changed).subquery())


async def page_of_doings(
    session: AsyncSession,
    audit: type[AuditColumns],
    event: type[EventColumns],
    asked: DoingsAsked,
    *,
    actions: Collection[str],
) -> list[Doing]:
    """Return the doings that follow those that were answered, by person and kind."""
    found = doings(audit, event, asked, actions=actions).subquery()
    person, what = found.c.person, found.c.what
    statement = select(found).order_by(person, what).limit(PAGE)
    if asked.after is not None:
        last = (asked.after.participant_id, asked.after.what)
        statement = statement.where(tuple_(person, what) > tuple_(*last))
    rows = await session.execute(statement)
    return [
        Doing(participant_id=row.person, what=row.what, read=bool(row.read), times=row.times)
        for row in rows
    ]
