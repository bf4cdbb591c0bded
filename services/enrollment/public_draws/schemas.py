"""What is published of a draw."""

from uuid import UUID

from services.enrollment.draws.rules import Outcome
from services.enrollment.quotas.rules import QuotaDimension, QuotaKind
from shared.schemas.base import Read


class DrawnClass(Read):
    """A class with the seats, and the places in reserve, that the draw had to give."""

    id: UUID
    code: str
    facility_id: UUID
    seats: int
    reserve: int


class DrawnQuota(Read):
    """A quota that was in force at the draw, and how many seats it left."""

    id: UUID
    dimension: QuotaDimension
    value: str
    kind: QuotaKind
    seats: int
    left: int


class DrawnApplication(Read):
    """An application by its id alone; `choices` are classes or facilities, most wanted first.

    `score` is in hundredths of a point, null in a lottery.
    """

    id: UUID
    choices: list[UUID]
    score: int | None
    rank: int | None
    outcome: Outcome | None
    class_id: UUID | None


class DrawRead(Read):
    """The frozen list by the ids of the applications; ranks and outcomes once they are announced.

    A facility among the choices stands for its classes in the order in which they are listed.
    """

    wave_id: UUID
    classes: list[DrawnClass]
    quotas: list[DrawnQuota]
    applications: list[DrawnApplication]
