"""Bodies of notices, and the payload of the job that sends them."""

import re
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, SecretStr, field_validator

from services.enrollment.notice_templates.rules import Channel, NoticeKind
from services.enrollment.notices.rules import NoticeState
from shared.i18n import Text
from shared.schemas.base import Body, Message, Read
from shared.schemas.reporting import HorizonMonths

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~-]+")


class SendNotices(Message):
    """Job: send what is due; which notices those are stands in their table."""

    kind: ClassVar[str] = "send_notices"


class NoticeRecipient(Body):
    """Whom to tell, of what, and the token that makes the link that person's own."""

    participant_id: UUID
    occasion_id: UUID = Field(description="What it is about: nobody is told of it twice.")
    token: SecretStr = Field(min_length=16, max_length=512, description="Opens one thing, once.")

    @field_validator("token")
    @classmethod
    def _fits_an_address(cls, token: SecretStr) -> SecretStr:
        if _TOKEN.fullmatch(token.get_secret_value()) is None:
            raise ValueError(
                Text(
                    "Token hanya berisi karakter yang boleh ada dalam alamat.",
                    "A token consists of unreserved URL characters.",
                )
            )
        return token


class NoticesRequest(Body):
    """Whom enrollment is to tell for a service that holds no contacts.

    The link is `path` below the public address with the token as its fragment, which no server
    ever gets to see.
    """

    kind: Literal[NoticeKind.FOLLOW_UP, NoticeKind.FOLLOW_UP_REMINDER]
    path: str = Field(pattern=r"^/[a-z0-9/_-]{1,100}$", description="Page that takes the token.")
    months: HorizonMonths = Field(description="How long ago the training was.")
    expires_at: AwareDatetime = Field(description="From then on the link is of no use.")
    recipients: list[NoticeRecipient] = Field(min_length=1, max_length=100)


class Requested(StrEnum):
    """What became of one recipient of a request."""

    QUEUED = "QUEUED"
    ALREADY = "ALREADY"
    UNKNOWN = "UNKNOWN"


class NoticeRequested(Read):
    """What became of one recipient: 202 queued, 200 told or queued before, 404 unknown."""

    participant_id: UUID
    occasion_id: UUID
    status: int
    outcome: Requested


class NoticesRequested(Read):
    """What became of each recipient, in the order of the request."""

    items: list[NoticeRequested]


class NoticeRead(Read):
    """One line of what somebody was told: no address, no text, no name.

    `reason` is why it was suppressed or why the last attempt failed.
    """

    id: UUID
    participant_id: UUID
    kind: NoticeKind
    occasion_id: UUID
    class_id: UUID | None
    enrollment_id: UUID | None
    state: NoticeState
    reason: str | None
    attempts: int
    channel: Channel | None
    language: Literal["id", "en"] | None
    template_version: int | None
    reference: str | None
    due_at: datetime
    expires_at: datetime
    created_at: datetime
    settled_at: datetime | None
