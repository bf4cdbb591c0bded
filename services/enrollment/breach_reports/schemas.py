"""Bodies of breach reports, and the jobs that write them."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints

from services.enrollment.breach_reports.rules import BreachState
from shared.schemas.base import Body, Message, Read

Name = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class BreachCreate(Body):
    """A span of time and exactly one of: an actor as events name him, a device, an issuer.

    `discovered_at` is when it became known; without one, now.
    """

    since: AwareDatetime
    until: AwareDatetime
    actor: Name | None = None
    device_id: UUID | None = None
    issuer: Name | None = None
    discovered_at: AwareDatetime | None = None


class NoticeText(Read):
    """What the authority is told, in both languages; it names no person."""

    id: str
    en: str


class BreachRead(Read):
    """A report; `authority_notice` is there once it is known whose data it was."""

    id: UUID
    state: BreachState
    since: datetime
    until: datetime
    actor: str | None
    device_id: UUID | None
    issuer: str | None
    discovered_at: datetime
    due_at: datetime
    filed_by: str
    filed_at: datetime
    found_at: datetime | None
    people: int
    reads: int
    changes: int
    kinds: dict[str, int]
    notified_at: datetime | None
    authority_notice: NoticeText | None


class SubjectRead(Read):
    """A person whose data were read or changed, and how often."""

    participant_id: UUID
    reads: int
    changes: int


class SearchBreach(Message):
    """Job: find out whose data were read or changed."""

    kind: ClassVar[str] = "search_breach"

    report_id: UUID


class NotifyBreach(Message):
    """Job: write a notice to everybody whose data it was."""

    kind: ClassVar[str] = "notify_breach"

    report_id: UUID
