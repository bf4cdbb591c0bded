"""Background work on what classes have reserved."""

from datetime import timedelta
from typing import Final

from services.registry.class_reservations.operations import mark_held
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

_BOOKINGS_AT_ONCE: Final = 50
_log = get_logger(__name__)


async def mark_sessions_held(context: WorkerContext) -> None:
    """Let the sessions that classes have held count as used."""
    while True:
        async with context.transaction() as session:
            held = await mark_held(session, now=utc_now(), limit=_BOOKINGS_AT_ONCE)
        if held == 0:
            return
        _log.info("sessions-held", slots=held)


MARK_SESSIONS_HELD: Final = Cron("mark-sessions-held", timedelta(minutes=1), mark_sessions_held)
