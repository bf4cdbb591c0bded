"""Bodies of data quality."""

from datetime import datetime
from uuid import UUID

from services.reporting.quality.rules import Rule
from services.reporting.reports.schemas import Labels
from shared.schemas.base import Read


class QualityRead(Read):
    """A rule and how much it finds within the caller's reach.

    `count` is null where only the whole country can be counted, or where it is `suppressed`.
    """

    code: Rule
    label: Labels
    definition: Labels
    count: int | None
    suppressed: bool
    url: str


class QualitySummary(Read):
    """Every rule. Everything that happened until `as_of` is in the counts."""

    as_of: datetime | None
    synthetic: bool
    items: list[QualityRead]


class QualityItem(Read):
    """A class that has something wrong; `count` people of it, where people are counted."""

    class_id: UUID
    wave_id: UUID | None
    facility_id: UUID
    province_code: str
    regency_code: str
    since: datetime
    horizon_months: int | None
    count: int | None
    suppressed: bool
