"""How far a reader has come in each feed: kept in the transaction of what it did with it."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column


class FeedCursorColumns:
    """Columns of a service's table of cursors; rows: one per source.

    All that was recorded until `as_of` has been read: it is the end of the last pull that came
    back empty or, while behind, the time of the last event that was read, and never later than the
    oldest event that is waiting to be shown. `caught_up` tells that the last pull came back empty
    and nothing was waiting.
    """

    source: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    as_of: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]
    caught_up: Mapped[bool] = mapped_column(server_default=text("false"))
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
