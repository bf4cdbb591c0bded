"""Who read or changed whose data in a span of time."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Event
from services.enrollment.breach_reports.rules import BreachUnknownError, range_of
from services.enrollment.breach_reports.tables import BreachReport, BreachSubject
from services.enrollment.devices.rules import DeviceUnknownError
from services.enrollment.devices.tables import Device
from shared.db.doings import doings
from shared.schemas.enrollment import Doing, DoingsAsked


class Suspect(NamedTuple):
    """Whose doings are looked at: one actor, or all between two names."""

    first: str
    before: str | None


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


def asked_of(report: BreachReport, suspect: Suspect) -> DoingsAsked:
    """Return what a report asks of every service."""
    return DoingsAsked(
        since=report.since, until=report.until, first=suspect.first, before=suspect.before
    )


async def find_doings(session: AsyncSession, asked: DoingsAsked) -> list[Doing]:
    """Return all that was read and changed here, by person and kind."""
    rows = await session.execute(doings(Audit, Event, asked))
    return [
        Doing(participant_id=row.person, what=row.what, read=bool(row.read), times=row.times)
        for row in rows
    ]


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
