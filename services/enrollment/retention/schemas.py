"""Bodies of retention."""

from datetime import datetime

from shared.schemas.base import Read


class RunRead(Read):
    """A run of a rule; one without an end is under way, or was cut short and goes on."""

    began_at: datetime
    ended_at: datetime | None
    rows: int


class RuleRead(Read):
    """A rule, how many rows it would erase at this moment, and its last run.

    Without a `source` no regulation states the period: it is a proposal. `due` counts up to 10,000.
    """

    name: str
    days: int
    what: str
    source: str | None
    due: int
    last_run: RunRead | None


class RetentionRead(Read):
    """All rules."""

    items: list[RuleRead]
