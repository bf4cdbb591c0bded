"""Bodies of modules."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.schemas.base import Body, Code, Label, Ministry, Read

Version = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$"),
    Field(description="As its owner names it: 1, 2026.1."),
]


class ModuleCreate(Body):
    """A version of a module to publish; `hours` are lesson hours (jam pelajaran)."""

    id: UUID | None = None
    code: Code
    version: Version
    title: Label
    owner_ministry: Ministry
    hours: int = Field(ge=1, le=2000)
    synthetic: bool = False


class ModuleRead(Read):
    """One version of a module."""

    id: UUID
    code: str
    version: str
    title: str
    owner_ministry: str
    hours: int
    synthetic: bool
