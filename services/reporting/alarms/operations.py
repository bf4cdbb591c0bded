"""Changes of alarms: raised by a recount, acknowledged by somebody who says why."""

from datetime import datetime
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.alarms import queries, rules
from services.reporting.alarms.rules import Finding
from services.reporting.alarms.tables import Alarm
from services.reporting.base import Event
from services.reporting.folding.rules import Source
from shared.db.events import emit
from shared.ids import new_id
from shared.logging import get_logger
from shared.schemas.reporting import AlarmAcknowledged, AlarmRaised, Topic
from shared.scope import Place, Scope

_log = get_logger(__name__)


async def raise_alarm(
    session: AsyncSession, *, source: Source, finding: Finding, job_id: UUID, now: datetime
) -> Alarm:
    """Raise an alarm, or note in the open one of the same table that it was found again."""
    alarm = await _open_alarm(session, source, finding.table)
    if alarm is None:
        alarm = Alarm(
            id=new_id(), source=source, figures=finding.table, raised_at=now, times_found=0
        )
        alarm.version = 0
        session.add(alarm)
    alarm.differences = finding.differences
    alarm.cells = to_jsonable_python(finding.cells)
    alarm.job_id, alarm.found_at = job_id, now
    alarm.times_found += 1
    alarm.version += 1
    await session.flush()
    _log.error(
        "figures-differ",
        source=source,
        figures=finding.table,
        differences=finding.differences,
        cells=[str(each.cell) for each in finding.cells],
        alarm=str(alarm.id),
    )
    raised = AlarmRaised(
        alarm_id=alarm.id,
        source=source,
        figures=finding.table,
        differences=finding.differences,
        cells=[each.cell for each in finding.cells],
    )
    await _tell(session, alarm, topic=Topic.ALARM_RAISED, event=raised, now=now)
    return alarm


async def _open_alarm(session: AsyncSession, source: Source, table: str) -> Alarm | None:
    statement = (
        select(Alarm)
        .where(Alarm.source == source, Alarm.figures == table, Alarm.acknowledged_at.is_(None))
        .with_for_update()
    )
    return (await session.scalars(statement)).one_or_none()


async def acknowledge_alarm(
    session: AsyncSession, alarm_id: UUID, *, scope: Scope, reason: str, now: datetime
) -> Alarm:
    """End an alarm with the reason that somebody gives.

    Raises:
        AlarmUnknownError: when there is no such alarm.
        AlarmAcknowledgedError: when somebody has acknowledged it already.
    """
    alarm = await queries.get_alarm(session, alarm_id, scope=scope, lock=True)
    rules.check_acknowledgement(alarm.state)
    alarm.acknowledged_at, alarm.reason = now, reason
    alarm.acknowledged_by = session.info["actor"].name
    alarm.version += 1
    await session.flush()
    ended = AlarmAcknowledged(alarm_id=alarm.id, reason=reason)
    await _tell(session, alarm, topic=Topic.ALARM_ACKNOWLEDGED, event=ended, now=now)
    return alarm


async def _tell(
    session: AsyncSession,
    alarm: Alarm,
    *,
    topic: Topic,
    event: AlarmRaised | AlarmAcknowledged,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=alarm.id,
        event=event,
        place=Place(),
        occurred_at=now,
        version=alarm.version,
    )
