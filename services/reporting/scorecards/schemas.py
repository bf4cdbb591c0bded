"""Bodies of scorecards."""

from datetime import datetime
from uuid import UUID

from services.reporting.indicators.rules import Unit
from services.reporting.reports.schemas import Labels
from services.reporting.scorecards.rules import Virtue
from shared.schemas.base import Read
from shared.schemas.registry import FacilityKind, FacilityStatus


class TallyRead(Read):
    """How many criteria are met, of how many whose figure is known, of how many there are."""

    met: int
    told: int
    of: int


class ScorecardLine(Read):
    """A centre, and how it stands in short."""

    facility_id: UUID
    code: str
    name: str
    facility_kind: FacilityKind
    owner_ministry: str
    province_code: str
    regency_code: str
    status: FacilityStatus
    credible: TallyRead
    self_reliant: TallyRead


class ScoreRead(Read):
    """One figure of a card; `of_its_kind` is that of all centres of its kind the caller may see.

    A figure of one to four people is `suppressed` for who may not see the people themselves.
    """

    part: str
    part_label: Labels
    code: str
    label: Labels
    definition: Labels
    unit: Unit
    value: int | float | None
    numerator: int | None
    denominator: int | None
    response_rate: float | None
    unreached: int | None
    few_answers: bool
    suppressed: bool
    of_its_kind: int | float | None


class CriterionRead(Read):
    """A figure held against a number; `met` is null where the figure is not known."""

    code: str
    virtue: Virtue
    label: Labels
    value: float | None
    at_least: float | None
    at_most: float | None
    met: bool | None


class ScorecardRead(ScorecardLine):
    """The card of a centre. Everything that happened until `as_of` is in it.

    Outcomes are those `horizon_months` after the training.
    """

    as_of: datetime | None
    synthetic: bool
    horizon_months: int
    indicators: list[ScoreRead]
    criteria: list[CriterionRead]
