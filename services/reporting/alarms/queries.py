"""Reads of alarms."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.alarms.rules import AlarmUnknownError
from services.reporting.alarms.tables import Alarm
from shared.db.within import within
from shared.scope import Scope


async def list_alarms(
    session: AsyncSession, *, scope: Scope, is_open: bool | None, after: UUID | None, limit: int
) -> Sequence[Alarm]:
    """Return alarms, the newest first, after the one that `after` names."""
    statement = select(Alarm).where(within(scope, Alarm)).order_by(Alarm.id.desc()).limit(limit)
    if is_open is not None:
        unanswered = Alarm.acknowledged_at.is_(None)
        statement = statement.where(unanswered if is_open else ~unanswered)
    if after is not None:
        statement = statement.where(Alarm.id < after)
    return (await session.scalars(statement)).all()


async def get_alarm(
    session: AsyncSession, alarm_id: UUID, *, scope: Scope, lock: bool = False
) -> Alarm:
    """Return one alarm, locked when it is to be changed.

    Raises:
        AlarmUnknownError: when there is none within the scope.
    """
    statement = select(Alarm).where(Alarm.id == alarm_id, within(scope, Alarm))
    if lock:
        statement = statement.with_for_update()
    alarm = (await session.scalars(statement)).one_or_none()
    if alarm is None:
        raise AlarmUnknownError
    return alarm
