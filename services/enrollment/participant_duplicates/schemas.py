"""Bodies of duplicates: nothing in them names a person."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.enrollment.duplicate_candidates.rules import DuplicateState, Likeness
from services.enrollment.identities.schemas import Reference
from shared.schemas.base import Body, Message, Read
from shared.schemas.enrollment import EntrantKind, Sex


class DuplicateDistinct(Body):
    """Why the two are two; name nobody."""

    reason: Reference


class TwinRead(Read):
    """One person of a pair, coarsely; `version` is what a merge asks for."""

    id: UUID
    sex: Sex
    entrant_kind: EntrantKind
    disability: bool
    home_province_code: str
    home_regency_code: str
    synthetic: bool
    created_at: datetime
    version: int


class DuplicateRead(Read):
    """Two people who may be one; `score` from 1 to 100."""

    id: UUID
    a: TwinRead
    b: TwinRead
    score: int
    reasons: list[Likeness]
    state: DuplicateState
    reason: str | None
    decided_at: datetime | None
    version: int
    found_at: datetime


class CompareImported(Message):
    """Job: compare the people whom an import has registered with all others."""

    kind: ClassVar[str] = "compare_participants"

    import_id: UUID
