"""What is told of a facility's history."""

from datetime import datetime
from uuid import UUID

from services.registry.facilities.rules import FacilityForm
from shared.schemas.base import Read
from shared.schemas.registry import FacilityKind, FacilityStatus


class FacilityPeriodRead(Read):
    """How a facility stood from `valid_from` until right before `valid_to`; now, when null.

    `changed` names what was new; it is empty in a period that was found when histories began to be
    kept. `actor` is told within the caller's scope only.
    """

    version: int
    valid_from: datetime
    valid_to: datetime | None
    kind: FacilityKind
    form: FacilityForm | None
    owner_ministry: str
    institution_id: UUID | None
    area_code: str
    status: FacilityStatus
    changed: list[str]
    reason: str | None
    actor: str | None
