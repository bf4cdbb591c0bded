"""Bodies of requests for privacy, and the jobs that answer them."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.consents.schemas import Paper, Version
from services.enrollment.participants.rules import Purpose
from services.enrollment.privacy_requests.rules import (
    Correctable,
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
)
from shared.schemas.base import Body, Message, Read


class RequestCreate(Body):
    """What a person asks; without `participant_id` for oneself. An office names the signed paper.

    `purpose` and `version` belong to WITHDRAWAL, `members` to CORRECTION.
    """

    id: UUID | None = None
    kind: RequestKind
    participant_id: UUID | None = None
    purpose: Purpose | None = None
    version: Version | None = None
    members: list[Correctable] = Field(default_factory=list, max_length=8)
    paper: Paper | None = None


class StepDone(Body):
    """What a handler did: a word that says what, for example `name-corrected`."""

    what: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{2,39}$")]


class Completion(Body):
    """What was done to answer a request."""

    done: list[StepDone] = Field(min_length=1, max_length=20)


class Refusal(Body):
    """Why a request is refused; `again_on` is from when it may be asked again."""

    reason: RefusalReason
    again_on: date | None = None


class RequestRead(Read):
    """A request and how it stands; `receipt` is what proves the answer, once there is one."""

    id: UUID
    participant_id: UUID
    kind: RequestKind
    state: RequestState
    channel: RequestChannel
    purpose: Purpose | None
    members: list[str]
    filed_by: str
    received_at: datetime
    due_at: datetime
    taken_on_at: datetime | None
    taken_on_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    refused_because: RefusalReason | None
    again_on: date | None
    receipt: dict[str, Any] | None
    receipt_sha256: str | None
    version: int


class GatherCopy(Message):
    """Job: gather all that is kept of a person, for the request that asks for it."""

    kind: ClassVar[str] = "gather_copy"

    request_id: UUID


class ErasePerson(Message):
    """Job: erase a person in all services, for the request that asks for it."""

    kind: ClassVar[str] = "erase_person"

    request_id: UUID
