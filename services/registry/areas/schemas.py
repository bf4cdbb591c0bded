"""Bodies of areas, and what their jobs keep."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.areas.rules import AreaChangeKind
from shared.i18n import Language
from shared.schemas.base import Message, Read
from shared.schemas.registry import AreaRead

RegionCode = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}(\.\d{2})?$"),
    Field(description="Kemendagri code of a province or regency: 33, 33.73."),
]


class AreaSource(StrEnum):
    """Where a list of areas comes from: the request's body, or the files shipped with Balai."""

    FILE = "FILE"
    SHIPPED = "SHIPPED"


class AreaImportMode(StrEnum):
    """Whether the rows take effect, or are only compared with what is there."""

    VALIDATE = "validate"
    COMMIT = "commit"


class MissingAreas(StrEnum):
    """What becomes of codes in force that the list leaves out."""

    KEEP = "keep"
    END = "end"


class AreaLink(Read):
    """An area that another came from or went over into, by which decree and since when."""

    code: str
    name: str | None
    kind: AreaChangeKind
    decree: str
    valid_from: date


class AreaDetail(AreaRead):
    """One area, with what it came from and what became of it."""

    predecessors: list[AreaLink]
    successors: list[AreaLink]


class SettleAreas(Message):
    """Job: tell that areas have changed, and bring what stands on codes out of force along.

    `change_id` is the decree that caused it; None after a list.
    """

    kind: ClassVar[str] = "settle_areas"

    change_id: UUID | None = None
    valid_from: date


class ImportAreas(Message):
    """Job: read a list of areas into the table; `upload_id` is None for the shipped list."""

    kind: ClassVar[str] = "import_areas"

    upload_id: UUID | None
    valid_from: date
    decree: str = ""
    mode: AreaImportMode = AreaImportMode.COMMIT
    missing: MissingAreas = MissingAreas.KEEP
    language: Language = "id"
