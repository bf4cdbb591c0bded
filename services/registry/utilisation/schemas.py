"""The figures of use."""

from uuid import UUID

from shared.schemas.base import Read


class UtilisationDims(Read):
    """What a figure is about: a month, and the place that was asked for."""

    month: str
    province_code: str
    regency_code: str | None
    facility_id: UUID | None
    space_id: UUID | None


class UtilisationRead(Read):
    """How much of its hours a place was used in a month, by the clocks of its facilities.

    `hours_open` are those of the spaces whose facility states its hours, without the times at
    which a space was out of service; null when none does. `rate` is what these were used of them.
    `idle_hours_used` were used by ministries other than the owner, `by_ministry` by which.
    """

    dims: UtilisationDims
    spaces: int
    spaces_without_hours: int
    hours_open: float | None
    hours_booked: float
    hours_used: float
    rate: float | None
    idle_hours_used: float
    by_ministry: dict[str, float]
