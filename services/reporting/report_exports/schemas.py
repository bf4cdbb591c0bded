"""Bodies of ordered reports."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.reporting.formats.rules import ReportFormat
from shared.i18n import Language
from shared.schemas.base import Body, Message, Read
from shared.schemas.jobs import JobState, Progress

_Value = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Values = Annotated[list[_Value], Field(max_length=600)]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class ReportExportCreate(Body):
    """Which report, how it is cut, and as what: the parameters of the report, by name."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "report": "funnel",
                "cut": {"by": ["regency", "sex"], "province": ["32"]},
                "format": "xlsx",
            }
        }
    )

    report: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    cut: dict[_Name, _Values] = Field(default={}, max_length=40)
    format: ReportFormat = ReportFormat.XLSX


class WriteExport(Message):
    """Job: write a report that was ordered; the order bears the job's id."""

    kind: ClassVar[str] = "write_report_export"


class Cut(Message):
    """What was asked, by which hour and in which language, and how far the asker reached.

    `told` are the members of a report's `meta` that say what was asked. `scope` is what is read,
    `needs` how far one must reach to take the file.
    """

    given: dict[str, list[str]]
    told: dict[str, Any]
    scope: dict[str, Any]
    needs: dict[str, Any]
    guarded: bool
    at: datetime
    language: Language = "id"


class ReportExportRead(Read):
    """A report that was ordered as a file, and where the file is once it is written."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
                "report": "funnel",
                "format": "xlsx",
                "status": "SUCCEEDED",
                "progress": {"done": 3, "total": 3},
                "error": None,
                "file_url": "https://balai.example/reporting/v1/report-exports/01a1f0c8/file",
                "created_at": "2026-11-22T01:00:00Z",
                "expires_at": "2026-11-29T01:00:00Z",
            }
        }
    )

    id: UUID
    report: str
    format: ReportFormat
    status: JobState
    progress: Progress
    error: str | None = None
    file_url: str | None = None
    created_at: datetime
    expires_at: datetime
