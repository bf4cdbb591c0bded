"""What reporting does with the events of each source: it folds them, whoever tells them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.folding.rules import Recorded, Source
from services.reporting.ledger import operations
from services.reporting.ledger.rules import FOLDINGS
from shared.clock import ledger_day
from shared.schemas.events import EventRead


def recorded(event: EventRead) -> Recorded:
    """Return an event of a feed as the ledger keeps it."""
    return Recorded(
        id=event.id,
        stream_id=event.stream_id,
        topic=event.topic,
        schema=event.schema_version,
        version=event.version,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        day=ledger_day(event.recorded_at),
        payload=event.payload,
    )


class Consumer:
    """Folds the feed of one source, in the transaction that moves its cursor."""

    def __init__(self, source: Source) -> None:
        self.source = source

    async def consume(self, session: AsyncSession, events: list[EventRead]) -> None:
        """Fold a page of the feed."""
        taken = [recorded(event) for event in events if event.topic in FOLDINGS]
        await operations.fold_events(session, source=self.source, events=taken)

    async def reset(self, session: AsyncSession) -> None:
        """Begin anew: the source was restored and its feed is read from its first event."""
        await operations.start_era(session, source=self.source)
