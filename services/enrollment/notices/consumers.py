"""What makes notices: enrollment's own log, read apart from the desk that writes it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event, FeedCursor
from services.enrollment.notices import operations
from shared.clock import utc_now
from shared.jobs.context import WorkerContext
from shared.jobs.reader import FeedReader, Pull, local_feed
from shared.schemas.enrollment import IN_BULK
from shared.schemas.events import EventRead

SOURCE: Final = "notices"
# A page is one transaction, in which each class that moves tells a few dozen people. With the rest
# after it, no more than a thousand claims a second are followed: a fifth of one core.
_PAGE: Final = 100


async def keep_all(_: AsyncSession) -> None:
    """Keep what was told when the log is read again: nobody is told a thing twice."""


class NoticeReader(FeedReader):
    """Reads the log from where it ended when notices were first switched on.

    It rests after each page that told anybody anything: in a rush the claims go before the telling.
    """

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(
            source=SOURCE,
            table=FeedCursor,
            fetch=local_feed(context.sessions, Event, without=IN_BULK),
            consume=self._tell,
            reset=keep_all,
            limit=_PAGE,
        )
        self._begun = False
        self._told = 0

    async def pull(self, context: WorkerContext) -> Pull:
        """Take one page of the log."""
        if not self._begun:
            async with context.transaction() as session:
                await operations.start_at_the_end(session, SOURCE)
            self._begun = True
        self._told = 0
        found = await super().pull(context)
        return min(found, Pull.SOME) if self._told else found

    async def _tell(self, session: AsyncSession, events: Sequence[EventRead]) -> None:
        self._told = await operations.tell_occasions(session, events, now=utc_now())
