"""Bodies of scores."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.enrollment.draws.rules import FULL_SCORE
from services.enrollment.identities.schemas import Reference
from shared.schemas.base import Body, Read


class ScoreGive(Body):
    """Points for one criterion; `evidence` names the sheet or file that they were taken from."""

    points: Annotated[int, Field(ge=0, le=FULL_SCORE)]
    evidence: Reference | None = None


class ScoreRead(Read):
    """Points for one criterion, by whom and on what evidence."""

    application_id: UUID
    criterion: str
    points: int
    evidence: str | None
    given_by: str
    given_at: datetime
    version: int
