"""Bodies of sign-ups."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.schemas.base import Read


class PointRead(Read):
    """What was signed up in the step that begins `at`."""

    at: datetime
    claims: int
    applications: int


class PeakRead(Read):
    """The busiest minute."""

    at: datetime
    signups: int


class SpeedRead(Read):
    """Sign-ups in all and their speed.

    `last_minute` is the last whole minute, `per_minute` the mean of the last five.
    """

    total: int
    claims: int
    applications: int
    last_minute: int
    per_minute: float
    peak: PeakRead | None


class SignUpsRead(SpeedRead):
    """Sign-ups of a wave or of all, by steps of time; figures stand as `as_of` says."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "example": {
                "wave": None,
                "province": None,
                "from": "2027-01-04T01:00:00Z",
                "to": "2027-01-04T01:02:00Z",
                "step": 60,
                "as_of": "2027-01-04T01:02:00.214Z",
                "lag_seconds": 0.0,
                "synthetic": True,
                "total": 412,
                "claims": 412,
                "applications": 0,
                "last_minute": 196,
                "per_minute": 82.4,
                "peak": {"at": "2027-01-04T01:00:00Z", "signups": 216},
                "points": [
                    {"at": "2027-01-04T01:00:00Z", "claims": 216, "applications": 0},
                    {"at": "2027-01-04T01:01:00Z", "claims": 196, "applications": 0},
                ],
            }
        },
    )

    wave: UUID | None
    province: str | None
    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    step: int
    as_of: datetime | None
    lag_seconds: float | None
    synthetic: bool
    points: list[PointRead]
