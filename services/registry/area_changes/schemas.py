"""Bodies of changes of areas and of what they leave open."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.area_changes.rules import WorkItemState
from services.registry.areas.rules import AreaChangeKind
from shared.schemas.base import AreaCode, Body, Label, Read


class AreaNamed(Body):
    """An area as the decree names it."""

    code: AreaCode
    name: Label


class ChildMoved(Body):
    """An area right below an old one, and the code that it gets."""

    from_code: AreaCode
    to_code: AreaCode


class AreaChangeCreate(Body):
    """What a decree does to areas from `valid_from` on.

    `children` need to be named only where an area below an old one does not keep the last part of
    its code: in a split, each that leaves the old area.
    """

    kind: AreaChangeKind
    decree: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    valid_from: date
    from_codes: Annotated[list[AreaCode], Field(min_length=1, max_length=100)]
    to: Annotated[list[AreaNamed], Field(min_length=1, max_length=100)]
    children: Annotated[list[ChildMoved], Field(max_length=1000)] = Field(default_factory=list)


class AreaChangeRead(Read):
    """A change of areas; `areas` counts the codes that became others, those below included.

    `job_id` is the job that brings facilities and institutions along on the day on which it comes
    into force; `applied_at` is when it began to.
    """

    id: UUID
    kind: AreaChangeKind
    decree: str
    valid_from: date
    from_codes: list[str]
    to_codes: list[str]
    areas: int
    job_id: UUID
    created_at: datetime
    applied_at: datetime | None


class WorkItemRead(Read):
    """A facility or institution of which somebody has to say in which area it stands now."""

    id: UUID
    change_id: UUID | None
    facility_id: UUID | None
    institution_id: UUID | None
    old_code: str
    candidates: list[str]
    state: WorkItemState
    area_code: str | None
    created_at: datetime
    resolved_at: datetime | None


class WorkItemResolve(Body):
    """Where it stands: one of the candidates, or an area below one."""

    area_code: AreaCode
