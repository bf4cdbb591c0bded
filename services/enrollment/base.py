"""Enrollment's tables live in schema enrollment."""

from typing import ClassVar

from sqlalchemy import Index, MetaData, text
from sqlalchemy.orm import DeclarativeBase

from shared.db.audit import AuditColumns
from shared.db.base import COLUMN_TYPES, metadata_of
from shared.db.cursors import FeedCursorColumns
from shared.db.events import EventColumns
from shared.db.idempotency import IdempotencyColumns
from shared.db.jobs import JobColumns, RowVerdictColumns
from shared.db.uploads import UploadColumns


class Base(DeclarativeBase):
    """Base of enrollment's tables."""

    metadata: ClassVar[MetaData] = metadata_of("enrollment")
    type_annotation_map = COLUMN_TYPES


class Event(EventColumns, Base):
    """What happened in enrollment, in the order that every reader sees."""

    __tablename__ = "event"


# A phone reads the log of its centre alone, however much else happens.
Index(
    "ix_event_facility",
    Event.facility_id,
    Event.epoch,
    Event.xid,
    Event.id,
    postgresql_where=text("facility_id IS NOT NULL"),
)
# Of what left a place, the place that it left is told by the event alone.
Index(
    "ix_event_relocated",
    Event.epoch,
    Event.xid,
    Event.id,
    postgresql_where=text("topic = 'enrollment.class.relocated'"),
)
# Who did what in a span of time is asked once a breach is found out: small, and cheap to write.
Index("ix_event_recorded_at", Event.recorded_at, postgresql_using="brin")


class Idempotency(IdempotencyColumns, Base):
    """Answers kept under the key of the request that caused them."""

    __tablename__ = "idempotency"


class Job(JobColumns, Base):
    """Work that outlives a request."""

    __tablename__ = "job"


class RowVerdict(RowVerdictColumns, Base):
    """What became of each row of an imported file."""

    __tablename__ = "row_verdict"


class Upload(UploadColumns, Base):
    """Files that wait for their job."""

    __tablename__ = "upload"


class FeedCursor(FeedCursorColumns, Base):
    """How far enrollment has read other services' feeds."""

    __tablename__ = "feed_cursor"


class Audit(AuditColumns, Base):
    """Reads of personal data, and attempts that were denied."""

    __tablename__ = "audit"
