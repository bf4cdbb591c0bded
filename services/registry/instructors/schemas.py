"""Bodies of instructors."""

from uuid import UUID

from pydantic import Field

from services.registry.facilities.schemas import Trades
from shared.schemas.base import Body, Code, Label, Read


class InstructorCreate(Body):
    """An instructor to register; `competences` are trades (kejuruan)."""

    id: UUID | None = None
    code: Code
    name: Label
    home_facility_id: UUID
    competences: Trades = Field(default_factory=list)
    synthetic: bool = False


class InstructorRead(Read):
    """An instructor, as staff within whose scope she is see her."""

    id: UUID
    code: str
    name: str
    home_facility_id: UUID
    competences: list[str]
    synthetic: bool
