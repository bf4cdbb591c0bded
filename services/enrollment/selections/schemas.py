"""Bodies of selections."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.selection_criteria.schemas import CriteriaRead
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.base import Body, Read
from shared.schemas.enrollment import SelectionState

PublicSource = Annotated[str, StringConstraints(min_length=1, max_length=300)]
PublicValue = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Hex = Annotated[str, Field(description="Hexadecimal digits, lower case.")]


class SelectionCommit(Body):
    """What is said of a draw before applications close.

    `public_source` names a public figure that nobody knows yet and everybody can look up later:
    where and when it will be published, and how it is written.
    """

    public_source: PublicSource | None = None


class PublicValueGive(Body):
    """The public figure, written as its announcement said."""

    value: PublicValue


class SelectionRead(Read):
    """A wave's selection as everybody sees it; what is not due yet is null.

    `seed`, `result_digest` and `counts` are published with the places.
    """

    wave_id: UUID
    method: SelectionMethod
    state: SelectionState
    commitment: Hex
    committed_at: datetime
    public_source: str | None
    public_value: str | None
    closed_at: datetime | None
    list_digest: Hex | None
    list_count: int | None
    announce_at: datetime | None
    announced_at: datetime | None
    seed: Hex | None
    result_digest: Hex | None
    counts: dict[str, int] | None = Field(description="Applications by outcome.")
    criteria: CriteriaRead
    version: int
