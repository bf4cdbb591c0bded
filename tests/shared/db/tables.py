"""A service's kernel tables, for tests of the kernel itself: schema `kernel`."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db.audit import AuditColumns
from shared.db.base import COLUMN_TYPES, metadata_of
from shared.db.cursors import FeedCursorColumns
from shared.db.events import EventColumns
from shared.db.grants import HeldGrantColumns
from shared.db.idempotency import IdempotencyColumns
from shared.db.jobs import JobColumns, RowVerdictColumns
from shared.db.uploads import UploadColumns
from shared.schemas.registry import FacilityKind


class Base(DeclarativeBase):
    metadata: ClassVar[MetaData] = metadata_of("kernel")
    type_annotation_map = COLUMN_TYPES


class Event(EventColumns, Base):
    __tablename__ = "event"


class Job(JobColumns, Base):
    __tablename__ = "job"


class RowVerdict(RowVerdictColumns, Base):
    __tablename__ = "row_verdict"


class Upload(UploadColumns, Base):
    __tablename__ = "upload"


class Idempotency(IdempotencyColumns, Base):
    __tablename__ = "idempotency"


class Audit(AuditColumns, Base):
    __tablename__ = "audit"


class FeedCursor(FeedCursorColumns, Base):
    __tablename__ = "feed_cursor"


class HeldGrant(HeldGrantColumns, Base):
    __tablename__ = "held_grant"


class Effect(Base):
    """What a reader under test made of each event."""

    __tablename__ = "effect"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    at: Mapped[datetime | None]


class Row(Base):
    """A row with every scope column."""

    __tablename__ = "row"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[FacilityKind | None]
    tags: Mapped[list[str] | None]
    friends: Mapped[list[UUID] | None]
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    facility_id: Mapped[UUID | None]
    owner_ministry: Mapped[str | None]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str | None]
    participant_id: Mapped[UUID | None]
    home_province_code: Mapped[str | None]
    home_regency_code: Mapped[str | None]


class Centre(Base):
    """A row whose id is the facility's, and which has few scope columns."""

    __tablename__ = "centre"
    __scope_columns__: ClassVar[dict[str, str]] = {"facility_id": "id"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    province_code: Mapped[str | None]
    owner_ministry: Mapped[str | None]
