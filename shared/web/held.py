"""What callers may do whose tokens do not say it: looked up, and remembered for a second."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from shared.clock import ledger_day, utc_now
from shared.db.grants import BoundLoginColumns, HeldGrantColumns, holder_of, read_grants
from shared.db.session import Sessions
from shared.scope import Actor, Grant

# How long somebody may go on after his assignment was revoked here.
LIFETIME: Final = timedelta(seconds=1)
_CACHE_SIZE: Final = 8192


class HeldGrants:
    """The grants in a service's table, each holder's read with one query a second at most.

    `bound` is the table of logins that act as a person. Who had no grant is asked about each time:
    whoever is given one may use it at once.
    """

    def __init__(
        self,
        sessions: Sessions,
        table: type[HeldGrantColumns],
        *,
        bound: type[BoundLoginColumns] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._sessions = sessions
        self._table = table
        self._bound = bound
        self._clock = clock
        self._read: OrderedDict[str, tuple[datetime, tuple[Grant, ...]]] = OrderedDict()

    async def __call__(self, caller: Actor) -> tuple[Grant, ...]:
        """Return what `caller` may act as at this moment."""
        now = self._clock()
        holder = holder_of(caller.issuer, caller.subject)
        known = self._read.get(holder)
        if known is not None and timedelta() <= now - known[0] < LIFETIME:
            return known[1]
        grants = await read_grants(
            self._sessions, self._table, holder, on=ledger_day(now), bound=self._bound
        )
        if not grants:
            self._read.pop(holder, None)
            return grants
        # Dated by when the question was put: the answer may be as old as that.
        self._read[holder] = now, grants
        self._read.move_to_end(holder)
        if len(self._read) > _CACHE_SIZE:
            self._read.popitem(last=False)
        return grants
