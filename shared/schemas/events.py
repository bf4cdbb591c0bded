"""The feed of events that services read from one another."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Message


class EventRead(Message):
    """One event as the feed shows it; actor and request id stay inside the service.

    `occurred_at` is when it became true for those concerned, `recorded_at` when it was written:
    figures are kept by the day recorded. `version` counts the changes of one aggregate.
    """

    id: UUID
    stream_id: UUID
    topic: str
    schema_version: int = Field(alias="schema")
    version: int
    occurred_at: datetime
    recorded_at: datetime
    payload: dict[str, Any]


class EventFeed(Message):
    """A page of the feed, in the order in which every reader sees the events.

    `cursor` continues after the last item, also when the page is empty. `more` tells that there
    may be more at once. `epoch` rises when the database was restored: a reader that meets a new one
    rebuilds what it folded. `unsettled_since` is when the oldest event was recorded that has been
    committed but is not shown yet, because another one may still come before it. `read_until` is
    when the event was recorded after which the cursor continues, shown or passed over.
    """

    items: list[EventRead]
    cursor: str
    epoch: int
    more: bool
    unsettled_since: datetime | None = None
    read_until: datetime | None = None
