"""Reporting's tables live in schema reporting."""

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
    """Base of reporting's tables."""

    metadata: ClassVar[MetaData] = metadata_of("reporting")
    type_annotation_map = COLUMN_TYPES


class Event(EventColumns, Base):
    """What happened in reporting: follow-ups, in the order that every reader sees."""

    __tablename__ = "event"


class Idempotency(IdempotencyColumns, Base):
    """Answers kept under the key of the request that caused them."""

    __tablename__ = "idempotency"


class Job(JobColumns, Base):
    """Work that outlives a request: rebuilds."""

    __tablename__ = "job"


class RowVerdict(RowVerdictColumns, Base):
    """What became of each row of an imported file."""

    __tablename__ = "row_verdict"


class Upload(UploadColumns, Base):
    """Files that wait for their job."""

    __tablename__ = "upload"


class FeedCursor(FeedCursorColumns, Base):
    """How far each source has been read, and how fresh that is."""

    __tablename__ = "feed_cursor"


class Audit(AuditColumns, Base):
    """Reads of personal data, and attempts that were denied."""

    __tablename__ = "audit"
