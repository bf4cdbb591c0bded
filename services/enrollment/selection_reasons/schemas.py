"""Bodies of reasons."""

from uuid import UUID

from services.enrollment.draws.rules import Outcome, Why
from services.enrollment.quotas.rules import QuotaDimension, QuotaKind
from services.enrollment.selection_criteria.schemas import NameRead
from services.enrollment.selections.schemas import Hex
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.base import Read
from shared.schemas.enrollment import ApplicationState


class ScorePart(Read):
    """What one criterion contributes; `points` is null where nothing was given."""

    criterion: str
    name: NameRead
    weight: int
    points: int | None


class QuotaRead(Read):
    """The quota that passed somebody over."""

    id: UUID
    dimension: QuotaDimension
    value: str
    kind: QuotaKind
    seats: int


class StepRead(Read):
    """What became of a choice, 0 being the application as a whole; `detail` says it."""

    choice: int
    code: Why
    detail: str
    facility_id: UUID | None
    class_id: UUID | None
    quota: QuotaRead | None


class ReasonsRead(Read):
    """Why an application got a place or none: by what it was ranked, and each step from there.

    `outcome` is what was drawn. Where something happened between approval and announcement,
    `settled` says what, and `state` is how it ended. `score` is in hundredths of a point.
    """

    application_id: UUID
    wave_id: UUID
    method: SelectionMethod
    state: ApplicationState
    outcome: Outcome
    rank: int | None
    ranked: int
    ticket: Hex
    score: int | None
    parts: list[ScorePart]
    summary: str
    steps: list[StepRead]
    settled: str | None
    settled_detail: str | None
