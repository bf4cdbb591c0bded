"""Bodies of traces."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.schemas.base import Read


class TracedEventRead(Read):
    """An event of the ledger."""

    id: UUID
    topic: str
    recorded_at: datetime


class TraceItem(Read):
    """One thing that a figure counts: `delta` is what it adds; all deltas add up to the numerator.

    `participant_id` names nobody: who may read people finds the person by it in enrollment.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "enrollment_id": "0199c2a4-0000-7000-8000-000000000001",
                "application_id": None,
                "class_id": "0199c2a4-0000-7000-8000-000000000002",
                "facility_id": None,
                "participant_id": "0199c2a4-0000-7000-8000-000000000003",
                "delta": 1,
                "events": [
                    {
                        "id": "0199c2a4-0000-7000-8000-000000000004",
                        "topic": "enrollment.enrollment.claimed",
                        "recorded_at": "2026-11-22T01:00:03Z",
                    }
                ],
            }
        }
    )

    enrollment_id: UUID | None
    application_id: UUID | None
    class_id: UUID | None
    facility_id: UUID | None
    participant_id: UUID | None
    delta: int
    events: list[TracedEventRead]
