"""Bodies of modules."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.registry.facilities.schemas import TradeCode
from services.registry.modules.rules import ModuleState
from shared.i18n import Text
from shared.schemas.base import Body, Code, Label, Ministry, Read

Version = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$"),
    Field(description="As its owner names it: 1, 2026.1."),
]
UnitCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(\.[A-Z0-9]+)+$", max_length=40),
    Field(description="Unit of competence by SKKNI: J.620100.004.02."),
]
Competence = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*(\.[A-Z0-9_]+)*$", min_length=2, max_length=40),
    Field(description="A trade (BAKERY) or a unit of competence by SKKNI (J.620100.004.02)."),
]
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}$"),
    Field(description="ISO 639: id, en, jv, su."),
]
Level = Annotated[int, Field(ge=1, le=9, description="Level of the KKNI, 1 to 9.")]
Hours = Annotated[int, Field(ge=1, le=2000, description="Lesson hours (jam pelajaran).")]


def _in_order(competences: list[str]) -> list[str]:
    return sorted(set(competences))


Competences = Annotated[list[Competence], Field(max_length=50), AfterValidator(_in_order)]


class Unit(Body):
    """A unit of competence that a module teaches."""

    code: UnitCode
    title: Label
    hours: Hours


class FileReference(Body):
    """A file kept elsewhere: where, and the hash by which anybody can tell that it is the one."""

    name: Label
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/\S*)?$", max_length=2000)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: int | None = Field(default=None, ge=0, description="Bytes.")


Units = Annotated[list[Unit], Field(max_length=100)]
Files = Annotated[list[FileReference], Field(max_length=50)]


class InitialState(StrEnum):
    """Where the life of a version may begin."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"


class ModuleCreate(Body):
    """A version of a module; units may take fewer hours than the module, never more."""

    id: UUID | None = None
    code: Code
    version: Version
    title: Label
    owner_ministry: Ministry
    hours: Hours
    state: InitialState = InitialState.PUBLISHED
    trade: TradeCode | None = None
    level: Level | None = None
    language: Language = "id"
    units: Units = Field(default_factory=list)
    files: Files = Field(default_factory=list)
    required_competences: Competences = Field(default_factory=list)
    requires_certificate: bool = False
    synthetic: bool = False


# Members that every module has, so that a merge patch cannot take them away.
_NEVER_NULL: Final = (
    "title",
    "hours",
    "language",
    "units",
    "files",
    "required_competences",
    "requires_certificate",
)


class ModuleChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties, lists are replaced whole."""

    title: Label | None = None
    hours: Hours | None = None
    trade: TradeCode | None = None
    level: Level | None = None
    language: Language | None = None
    units: Units | None = None
    files: Files | None = None
    required_competences: Competences | None = None
    requires_certificate: bool | None = None

    @model_validator(mode="after")
    def _keep_what_every_module_has(self) -> "ModuleChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class ModuleVersionCreate(ModuleChange):
    """The draft of a new version: what it says otherwise than the one it follows."""

    id: UUID | None = None
    version: Version


class UnitRead(Read):
    """A unit of competence that a module teaches."""

    code: str
    title: str
    hours: int


class FileRead(Read):
    """A file kept elsewhere."""

    name: str
    url: str
    sha256: str
    size: int | None


class ModuleRead(Read):
    """One version of a module; its ETag is `revision`."""

    id: UUID
    code: str
    version: str
    title: str
    owner_ministry: str
    hours: int
    state: ModuleState
    follows_id: UUID | None
    trade: str | None
    level: int | None
    language: str
    units: list[UnitRead]
    files: list[FileRead]
    required_competences: list[str]
    requires_certificate: bool
    synthetic: bool
    revision: int
    created_at: datetime
    published_at: datetime | None
    retired_at: datetime | None
