"""Bodies of changes: members without a value are left out, for a bad network."""

from datetime import datetime
from typing import Any

from services.enrollment.changes.rules import ItemKind, Removed
from shared.schemas.base import Read


class ItemRead(Read):
    """A thing as it is now, with its `data` and `version`, or one that is to be forgotten.

    The id of a TIMETABLE or an OPENING is that of its class, of a SHEET that of its class with the
    number of its session after a colon. What is forgotten of a class takes all of it along.
    """

    kind: ItemKind
    id: str
    version: int | None = None
    data: dict[str, Any] | None = None
    removed: Removed | None = None


class ChangesPage(Read):
    """What has changed, in no order that matters; the same thing may come more than once.

    `token` is the `after` of the next call, at once where there is `more`. With `wipe` the device
    is to delete all that it holds: it was revoked, or its owner has no part in anything any more.
    With `start` the page is the first of the present state: what it held before it forgets.
    """

    items: list[ItemRead]
    token: str | None = None
    more: bool = False
    start: bool = False
    wipe: bool = False
    as_of: datetime
