"""Write and read an event log in tests."""

from datetime import UTC, datetime

from shared.db.events import Draft, emit_all, read_feed
from shared.db.session import Sessions, transaction
from shared.ids import new_id
from shared.schemas.base import Message
from shared.scope import SYSTEM, Place
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Event

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


class Counted(Message):
    """Event: a number was reached."""

    number: int


def draft(number: int, topic: str = "kernel.number.counted") -> Draft:
    return Draft(
        topic=topic,
        stream_id=new_id(),
        event=Counted(number=number),
        place=Place(province_code="33", facility_id=new_id()),
        occurred_at=NOON,
    )


async def count(sessions: Sessions, *numbers: int, topic: str = "kernel.number.counted") -> None:
    """Write one event a number, in one transaction."""
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        await emit_all(session, Event, [draft(number, topic) for number in numbers])


class Reader:
    """Follows the log from its beginning."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.cursor: str | None = None
        self.numbers: list[int] = []

    async def read(self, limit: int = 100, *, without: tuple[str, ...] = ()) -> list[int]:
        """Return the numbers of the next page."""
        async with transaction(self._sessions, scope=SYSTEM, actor=ACTOR) as session:
            page = await read_feed(session, Event, after=self.cursor, limit=limit, without=without)
        self.read_until = page.read_until
        self.cursor = page.cursor
        self.epoch = page.epoch
        self.more = page.more
        self.unsettled_since = page.unsettled_since
        found = [item.payload["number"] for item in page.items]
        self.numbers += found
        return found
