"""Bodies of previews, and what their job is told."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from services.enrollment.draws.rules import Outcome
from services.enrollment.selections.schemas import Hex
from shared.schemas.base import Body, Message, Read
from shared.schemas.enrollment import SelectionState


class MakePreview(Message):
    """The job that makes the draw of a wave; `number` tells one preview from the next."""

    kind: ClassVar[str] = "make-preview"

    wave_id: UUID
    number: int


class PreviewApprove(Body):
    """Approves what was drawn: `result_digest` is that of the preview which was looked at."""

    result_digest: Hex
    announce_at: AwareDatetime


class QuotaCount(Read):
    """A quota at the draw: what it had left, who took of it, and whom it passed over."""

    id: UUID
    dimension: str
    value: str
    kind: str
    seats: int
    left: int
    placed: int
    passed_over: int


class FacilityCount(Read):
    """How many places and places in reserve a facility gives."""

    facility_id: UUID
    placed: int
    reserve: int


class PreviewRead(Read):
    """What was drawn, for those who run the selection; the places are not given yet."""

    wave_id: UUID
    state: SelectionState
    number: int
    result_digest: Hex
    previewed_at: datetime
    previewed_by: str
    approved_at: datetime | None
    approved_by: str | None
    announce_at: datetime | None
    outcomes: dict[str, int]
    facilities: list[FacilityCount]
    quotas: list[QuotaCount]


class ResultRead(Read):
    """What was drawn for one application; `score` is in hundredths of a point."""

    application_id: UUID
    position: int
    rank: int | None
    score: int
    ticket: Hex
    outcome: Outcome
    class_id: UUID | None
    reserve_number: int | None
