"""What an import of people keeps with its job."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.enrollment.class_imports.rules import ImportMode
from shared.i18n import Language
from shared.schemas.base import Message, Read
from shared.scope import Actor, Scope


class Sender(Message):
    """Who sent a file: what its rows do is his doing."""

    issuer: str
    subject: str

    @property
    def actor(self) -> Actor:
        """The sender as he stands in events and audit rows."""
        return Actor(issuer=self.issuer, subject=self.subject)


class ImportFile(Message):
    """What a job that reads a file keeps: ids, and by whom, how far and when it was asked for.

    `asked_at` is the business time by which the rows are judged.
    """

    kind: ClassVar[str]

    upload_id: UUID
    mode: ImportMode
    scope: Scope
    sender: Sender
    asked_at: datetime
    language: Language = "id"


class UploadRead(Read):
    """A file that is about to come in parts."""

    id: UUID
