"""Bodies of duplicates."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.registry.facilities.schemas import Reason
from services.registry.facility_duplicates.rules import DuplicateState, Likeness
from shared.schemas.base import Body, Message, Read
from shared.schemas.registry import FacilityKind, FacilityStatus


class DuplicateDismiss(Body):
    """Why the two are two; name nobody."""

    reason: Reason


class TwinRead(Read):
    """One facility of a pair."""

    id: UUID
    code: str
    name: str
    kind: FacilityKind
    status: FacilityStatus
    owner_ministry: str
    area_code: str
    latitude: float | None
    longitude: float | None


class DuplicateRead(Read):
    """Two facilities that may be one; `score` from 0 to 100."""

    id: UUID
    a: TwinRead
    b: TwinRead
    score: int
    reasons: list[Likeness]
    state: DuplicateState
    reason: str | None
    decided_at: datetime | None
    version: int
    found_at: datetime


class ScanDuplicates(Message):
    """Job: compare all facilities that are not closed."""

    kind: ClassVar[str] = "scan_duplicates"
