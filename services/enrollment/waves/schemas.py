"""Bodies of waves."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, NaiveDatetime

from services.enrollment.waves.rules import SelectionMethod, StartRule
from shared.schemas.base import Body, Code, Label, Read

# Thirty days: no offer outlasts a wave.
ConfirmHours = Annotated[int, Field(ge=1, le=720)]


class WaveCreate(Body):
    """A wave to publish.

    SAME_INSTANT takes `starts_at`, an instant; SAME_LOCAL_TIME takes `starts_local`, the date and
    the time on the wall clock, without zone.
    """

    id: UUID | None = None
    program_id: UUID
    code: Code
    name: Label
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    start_rule: StartRule
    starts_at: AwareDatetime | None = None
    starts_local: NaiveDatetime | None = None
    promote_until: AwareDatetime | None = Field(
        default=None, description="Until when the waitlist moves up; null is the opening."
    )
    selection: SelectionMethod = Field(
        default=SelectionMethod.FIRST_COME,
        description="SCORE and LOTTERY give all places at once, when the selection is announced.",
    )
    confirm_hours: ConfirmHours | None = Field(
        default=None,
        description="For how long a seat that was given later is held; null asks for no word.",
    )
    synthetic: bool = False


class WaveRead(Read):
    """A wave; applications are taken from `opens_at` until before `closes_at`."""

    id: UUID
    program_id: UUID
    code: str
    name: str
    opens_at: datetime
    closes_at: datetime
    start_rule: StartRule
    starts_at: datetime | None
    starts_local: datetime | None
    promote_until: datetime | None
    selection: SelectionMethod
    confirm_hours: int | None
    synthetic: bool
    cancelled_at: datetime | None
    cancel_reason: str | None
    version: int
    created_at: datetime
