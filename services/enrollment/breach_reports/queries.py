"""Who read or changed whose data in a span of time."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Event
from services.enrollment.breach_reports.rules import BreachUnknownError, range_of
from services.enrollment.breach_reports.tables import BreachReport, BreachSubject
from services.enrollment.devices.rules import DeviceUnknownError
from services.enrollment.devices.tables import Device


class Suspect(NamedTuple):
    """Whose doings are looked at: one actor, or all between two names."""

    first: str
    before: str | None

    def did(self, actor: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that an actor is meant."""
        if self.before is None:
            return actor == self.first
        return and_(actor >= self.first, actor < self.before)


async def suspect_of(session: AsyncSession, report: BreachReport) -> Suspect:
    """Return whose doings a report looks at.

    Raises:
        DeviceUnknownError: when there is no such device.
    """
    if report.issuer is not None:
        return Suspect(*range_of(report.issuer))
    if report.actor is not None:
        return Suspect(report.actor, None)
    owner = await session.scalar(select(Device.owner).where(Device.id == report.device_id))
    if owner is None:
        raise DeviceUnknownError
    return Suspect(owner, None)


def doings(report: BreachReport, suspect: Suspect) -> Select[*tuple[Any, ...]]:
    """Return the statement of whom, what, whether read or changed, and how often."""
    read = (
        select(
            Audit.subject_id.label("person"),
            Audit.action.label("what"),
            literal(1).label("read"),
            func.count().label("times"),
        )
        .where(
            Audit.at >= report.since,
            Audit.at < report.until,
            suspect.did(Audit.__table__.c.actor),
            Audit.subject_id.is_not(None),
        )
        .group_by("person", "what")
    )
    changed = (
        select(
            Event.participant_id.label("person"),
            Event.topic.label("what"),
            literal(0).label("read"),
            func.count().label("times"),
        )
        .where(
            Event.recorded_at >= report.since,
            Event.recorded_at < report.until,
            suspect.did(Event.__table__.c.actor),
            Event.participant_id.is_not(None),
        )
        .group_by("person", "what")
    )
    both = union_all(read, changed).subquery()
    return select(both)


async def find_doings(
    session: AsyncSession, report: BreachReport, suspect: Suspect
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return all that was read and changed, by person and kind."""
    return (await session.execute(doings(report, suspect))).all()


async def get_report(
    session: AsyncSession, report_id: UUID, *, for_update: bool = False
) -> BreachReport:
    """Return a report.

    Raises:
        BreachUnknownError: when there is none.
    """
    found = await session.get(BreachReport, report_id, with_for_update=for_update or None)
    if found is None:
        raise BreachUnknownError
    return found


async def list_subjects(
    session: AsyncSession, report_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[BreachSubject]:
    """Return up to `limit` people of a report, by id."""
    statement = (
        select(BreachSubject)
        .where(BreachSubject.report_id == report_id)
        .order_by(BreachSubject.participant_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(BreachSubject.participant_id > after)
    return (await session.scalars(statement)).all()
