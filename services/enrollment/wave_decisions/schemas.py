"""Bodies of decisions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.readiness.schemas import WaveReadiness
from services.enrollment.wave_decisions.rules import Verdict
from shared.schemas.base import Body, Read

Reason = Annotated[str, StringConstraints(min_length=3, max_length=1000)]


class DecisionCreate(Body):
    """Go or no-go, and why; `min_seats_percent` of the seats of a class are to be confirmed."""

    verdict: Verdict
    reason: Reason
    min_seats_percent: int = Field(default=80, ge=0, le=100)


class DecisionRead(Read):
    """A decision with the readiness that was seen when it was made."""

    wave_id: UUID
    number: int
    verdict: Verdict
    reason: str
    readiness: WaveReadiness
    decided_by: str
    decided_at: datetime
