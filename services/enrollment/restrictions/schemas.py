"""Bodies of restrictions."""

from datetime import datetime
from uuid import UUID

from services.enrollment.restrictions.rules import Lifted
from shared.schemas.base import Body, Read


class Lifting(Body):
    """Why a person's data may be processed again."""

    reason: Lifted


class RestrictionRead(Read):
    """Since when a person's data may not be processed; null: they may."""

    participant_id: UUID
    restricted_at: datetime | None
