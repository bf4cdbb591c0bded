"""Bodies of what somebody without a login may ask."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.enrollment.applications.rules import DocumentKind, meant_code
from services.enrollment.applications.schemas import ChoiceRead
from shared.i18n import Text
from shared.schemas.base import Body, Read
from shared.schemas.enrollment import ApplicationState, EnrollmentState
from shared.schemas.registry import TimeZone

Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Field(description="As it was given; dashes, spaces and small letters are no matter."),
]


class DraftAsk(Body):
    """Which draft somebody wants to go on with."""

    code: Code
    birth_date: date = Field(repr=False)

    @property
    def what(self) -> str:
        """What is asked for, as attempts are counted by."""
        return meant_code(self.code)


class StatusAsk(Body):
    """Whose status: by the code of an application, or by a claimed place and its class."""

    code: Code | None = None
    class_id: UUID | None = None
    enrollment_id: UUID | None = None
    birth_date: date = Field(repr=False)

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        place = (self.class_id is not None, self.enrollment_id is not None)
        if place != ((self.code is None),) * 2:
            raise ValueError(
                Text(
                    "Sebutkan code, atau class_id dan enrollment_id.",
                    "Name the code, or class_id and enrollment_id.",
                )
            )
        return self

    @property
    def what(self) -> str:
        """What is asked for, as attempts are counted by."""
        if self.code is not None:
            return meant_code(self.code)
        return f"{self.class_id}/{self.enrollment_id}"


class ReasonRead(Read):
    """Why, as a stable code and in words."""

    code: str
    text: str


class ApplicationStatus(Read):
    """What is known of the application."""

    state: ApplicationState
    text: str
    reasons: list[ReasonRead]
    submitted_at: datetime | None


class PlaceStatus(Read):
    """What is known of the place, or the place in line: 1 is the next.

    The ids are those by which the person confirms or gives it back, with a login of his own.
    """

    class_id: UUID
    enrollment_id: UUID
    state: EnrollmentState
    text: str
    class_label: str
    facility_name: str
    starts_at: datetime
    time_zone: TimeZone
    waitlist_position: int | None
    confirm_by: datetime | None


class StatusRead(Read):
    """What became of somebody, read from the one record at this moment; it names nobody."""

    wave: str
    application: ApplicationStatus | None
    place: PlaceStatus | None


class DraftRead(Read):
    """A draft as somebody may see it who goes on with it; nothing in it is about the person."""

    id: UUID
    participant_id: UUID
    wave_id: UUID
    state: ApplicationState
    closes_at: datetime
    choices: list[ChoiceRead]
    documents: list[DocumentKind]
    has_paper: bool
    version: int
