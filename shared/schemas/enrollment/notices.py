"""Notices."""

from uuid import UUID

from shared.schemas.base import Message


class NoticeRetried(Message):
    """Event: an office had a notice sent again that had failed."""

    notice_id: UUID
    participant_id: UUID
    kind: str
