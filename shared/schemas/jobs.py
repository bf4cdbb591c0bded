"""Work that outlives a request."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.schemas.base import Read


class JobState(StrEnum):
    """The life of a job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Progress(Read):
    """How far a job has come."""

    done: int = 0
    total: int | None = None


class JobRead(Read):
    """A job as its caller sees it; `result` counts what became of the rows or things."""

    id: UUID
    kind: str
    status: JobState
    progress: Progress
    result: dict[str, Any] | None = None
    error: str | None = None
    result_url: str | None = None
    errors_url: str | None = None
    created_at: datetime
    finished_at: datetime | None = None


class RowVerdict(Read):
    """What became of one row of an imported file; row 1 is the first below the header."""

    row: int
    verdict: str
    code: str | None = None
    detail: str | None = None
    id: UUID | None = None
