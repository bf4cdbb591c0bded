"""What an alarm tells, and how it ends, stated without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text

# How many cells an alarm names; how many differ it counts in full.
NAMED_CELLS: Final = 20
OPEN: Final = "OPEN"
ACKNOWLEDGED: Final = "ACKNOWLEDGED"


class AlarmUnknownError(NotFoundError):
    """There is no alarm of this id."""

    code = "alarm-unknown"
    title = Text("Alarm ini tidak ada.", "There is no such alarm.")


class AlarmAcknowledgedError(ConflictError):
    """Somebody has acknowledged the alarm already."""

    code = "alarm-acknowledged"
    title = Text("Alarm ini sudah ditanggapi.", "This alarm has been acknowledged already.")


@dataclass(frozen=True, slots=True)
class DifferingCell:
    """A cell of a table of figures: its members, the sums that reports show, those recounted.

    Sums are None where the row is missing.
    """

    cell: UUID
    members: Mapping[str, Any]
    shown: Mapping[str, Any] | None
    recounted: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A table of figures that differs from the ledger folded anew, and by which cells."""

    table: str
    differences: int
    cells: tuple[DifferingCell, ...]


def check_acknowledgement(state: str) -> None:
    """Refuse to acknowledge an alarm twice: whose reason it was must stay known.

    Raises:
        AlarmAcknowledgedError: when the alarm is not open.
    """
    if state != OPEN:
        raise AlarmAcknowledgedError(extra={"present": state, "allowed": []})
