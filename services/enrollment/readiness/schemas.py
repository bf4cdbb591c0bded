"""Bodies of readiness."""

from datetime import datetime
from uuid import UUID

from services.enrollment.readiness.rules import Criterion, Lack
from shared.schemas.base import Read
from shared.schemas.enrollment import ClassState


class TallyRead(Read):
    """Classes that are ready; `met` is how many meet each criterion."""

    classes: int
    ready: int
    percent: float
    met: dict[Criterion, int]


class ProvinceReadiness(TallyRead):
    """The classes of a province."""

    province_code: str


class WaveReadiness(TallyRead):
    """A wave in one figure, `percent`, and by province; within the caller's scope.

    `min_seats_percent` of the seats of a class are to be confirmed. Classes that were called off
    do not count.
    """

    wave_id: UUID
    as_of: datetime
    min_seats_percent: int
    provinces: list[ProvinceReadiness]


class CriterionRead(Read):
    """Whether a criterion is met; `code` and `detail` say why not."""

    criterion: Criterion
    met: bool
    code: Lack | None
    detail: str | None


class ClassReadiness(Read):
    """Whether a class is ready, criterion by criterion."""

    class_id: UUID
    code: str
    label: str
    state: ClassState
    facility_id: UUID
    facility_name: str
    province_code: str
    regency_code: str
    capacity: int
    confirmed: int
    ready: bool
    criteria: list[CriterionRead]
