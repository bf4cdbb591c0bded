"""Bodies of case files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.enrollment.dossiers.rules import Section
from shared.schemas.base import Read


class DossierRecord(Read):
    """One row that somebody can look up: `key` finds it in `table`. Hashes are in hexadecimal."""

    table: str
    key: dict[str, Any]
    facts: dict[str, Any]


class DossierPart(Read):
    """What is known of one subject, each record with its source, the oldest first."""

    section: Section
    records: list[DossierRecord]


class DossierRead(Read):
    """The case file of one enrollment as of `made_at`, which was noted as a read by `made_for`."""

    class_id: UUID
    enrollment_id: UUID
    participant_id: UUID
    made_at: datetime
    made_for: str
    synthetic: bool = Field(description="Whether these are invented data (DATA SINTETIS).")
    parts: list[DossierPart]
