"""Bodies of applications."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.enrollment.applications.rules import MAX_CHOICES
from services.enrollment.identities.schemas import Reference, Sha256
from shared.i18n import Text
from shared.schemas.base import Body, Read
from shared.schemas.enrollment import (
    ApplicationChannel,
    ApplicationState,
    EnrollmentState,
    EntrantKind,
    Sex,
)


class Choice(Body):
    """A place that somebody would take: any class of a facility in the wave, or one class."""

    facility_id: UUID | None = None
    class_id: UUID | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.facility_id is None and self.class_id is None:
            raise ValueError(
                Text("Sebutkan facility_id atau class_id.", "Name a facility_id or a class_id.")
            )
        return self


class Paper(Body):
    """What the person signed on paper when somebody else sends the application."""

    reference: Reference
    sha256: Sha256


Choices = Annotated[
    list[Choice],
    Field(min_length=1, max_length=MAX_CHOICES, description="The most wanted first."),
]


class ApplicationCreate(Body):
    """An application; `id` is its own, when the client names it.

    With `submit` it is submitted at once, else it is a draft. `paper` is asked of whoever applies
    for somebody else.
    """

    id: UUID | None = None
    participant_id: UUID
    choices: Choices
    submit: bool = False
    paper: Paper | None = None


class ApplicationChange(Body):
    """A merge patch (RFC 7396); the list of choices is replaced as a whole."""

    choices: Choices | None = None
    paper: Paper | None = None

    @model_validator(mode="after")
    def _takes_nothing_away(self) -> Self:
        if any(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError(
                Text("Isian ini tidak dapat dihapus.", "This member cannot be taken away.")
            )
        return self


class ApplicationTurn(Body):
    """What comes with submitting or withdrawing: the paper, when somebody else does it."""

    paper: Paper | None = None


class ApplicationReceipt(Read):
    """What a change of an application answers: little, since it is paid for by the byte.

    `code` and the birth date open the status for anybody who knows both. `reasons` are the codes
    of why an INELIGIBLE application was not admitted.
    """

    id: UUID
    participant_id: UUID
    wave_id: UUID
    code: str
    state: ApplicationState
    reasons: list[str]
    submitted_at: datetime | None
    version: int


class ChoiceRead(Read):
    """A choice; without a class it is any class of the facility."""

    rank: int
    facility_id: UUID
    class_id: UUID | None


class PlaceRead(Read):
    """What became of a placed application: its enrollment as it is at this moment."""

    class_id: UUID
    enrollment_id: UUID
    state: EnrollmentState
    waitlist_number: int | None
    waitlist_position: int | None
    confirm_by: datetime | None


class ApplicationRow(ApplicationReceipt):
    """An application in a list; `age` and `judged_kind` are those of the day `judged_on`.

    What is told of the person is what a host learns of who enrolls: no name, no NIK, no contacts.
    """

    program_id: UUID
    channel: ApplicationChannel
    choices: list[ChoiceRead]
    sex: Sex | None
    entrant_kind: EntrantKind | None
    judged_kind: str | None
    age: int | None
    disability: bool | None
    judged_on: date | None
    rule_version: str | None
    home_province_code: str
    home_regency_code: str
    created_at: datetime
    updated_at: datetime
    withdrawn_at: datetime | None
    place: PlaceRead | None


class ApplicationRead(ApplicationRow):
    """An application; `assisted_by` is who sent it for the person, with which paper."""

    assisted_by: str | None
    paper_reference: str | None
    paper_sha256: str | None
