"""The registry's tables live in schema registry."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from shared.db.audit import AuditColumns
from shared.db.base import COLUMN_TYPES, metadata_of
from shared.db.cursors import FeedCursorColumns
from shared.db.events import EventColumns
from shared.db.idempotency import IdempotencyColumns
from shared.db.jobs import JobColumns, RowVerdictColumns
from shared.db.uploads import UploadColumns


class Base(DeclarativeBase):
    """Base of the registry's tables."""

    metadata: ClassVar[MetaData] = metadata_of("registry")
    type_annotation_map = COLUMN_TYPES


class Event(EventColumns, Base):
    """What became true in the registry, and who made it so."""

    __tablename__ = "event"


class Job(JobColumns, Base):
    """Work that outlives a request."""

    __tablename__ = "job"


class RowVerdict(RowVerdictColumns, Base):
    """What became of each row of an imported file."""

    __tablename__ = "row_verdict"


class Upload(UploadColumns, Base):
    """Files waiting for the job that reads them."""

    __tablename__ = "upload"


class Idempotency(IdempotencyColumns, Base):
    """Answers kept under the caller's key."""

    __tablename__ = "idempotency"


class Audit(AuditColumns, Base):
    """Reads of personal data and denied attempts."""

    __tablename__ = "audit"


class FeedCursor(FeedCursorColumns, Base):
    """How far the registry has read its own log."""

    __tablename__ = "feed_cursor"
