"""Bodies of alarms."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.reporting.folding.rules import Source
from shared.schemas.base import Body, Read


class AlarmAcknowledge(Body):
    """Why the figures differed, or what was done about it; no name of a person belongs here."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "Baris diubah dengan tangan; dibangun ulang."}}
    )

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class DifferingCellRead(Read):
    """A cell that differs; `shown` is what reports sum, `recounted` what the ledger says.

    Null where the row is missing.
    """

    cell: UUID
    members: dict[str, Any]
    shown: dict[str, Any] | None
    recounted: dict[str, Any] | None


class AlarmRead(Read):
    """A table of figures that differed from the ledger folded anew.

    `differences` counts every cell that differs, `cells` names the first of them. `times_found`
    tells how many recounts have found the table different while the alarm was open.
    """

    id: UUID
    state: Literal["OPEN", "ACKNOWLEDGED"]
    source: Source
    figures: str = Field(description="The table of figures: enrollment_cube.")
    differences: int
    cells: list[DifferingCellRead]
    job_id: UUID = Field(description="The recount that found it last.")
    raised_at: datetime
    found_at: datetime
    times_found: int
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    reason: str | None
    version: int
