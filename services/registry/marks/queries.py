"""The read of how far the log has come."""

from typing import Final

from services.registry.base import Event
from shared.db.events import log_mark
from shared.db.session import Sessions, read_alone

# So many events may wait behind a transaction that is still running before nothing is known.
MOST_UNSETTLED: Final = 1_000
_MARK: Final = log_mark(Event, most=MOST_UNSETTLED)


async def read_mark(sessions: Sessions) -> str | None:
    """Return what changes whenever anything has become visible in the log, in one round trip.

    None when too much waits to be told apart.
    """
    row = await read_alone(sessions, _MARK, {})
    return None if row.unsettled > MOST_UNSETTLED else f"{row.last or ''}+{row.unsettled}"
