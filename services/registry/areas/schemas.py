"""What the import of areas keeps with its job."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.i18n import Language
from shared.schemas.base import Message


class AreaSource(StrEnum):
    """Where a list of areas comes from: the request's body, or the files shipped with Balai."""

    FILE = "FILE"
    SHIPPED = "SHIPPED"


class ImportAreas(Message):
    """Job: read a list of areas into the table; `upload_id` is None for the shipped list."""

    kind: ClassVar[str] = "import_areas"

    upload_id: UUID | None
    valid_from: date
    decree: str = ""
    language: Language = "id"
