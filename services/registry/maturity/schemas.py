"""Bodies of criteria and assessments of maturity."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.maturity.rules import FIRST_YEAR
from services.registry.records.schemas import DocumentRead, DocumentRef, Wording, WordingRead
from shared.schemas.base import Body, Label, Read
from shared.schemas.registry import MaturityClass

CriterionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=2100)]


class CriterionCreate(Body):
    """What a centre must meet to be of a class."""

    code: CriterionCode
    text: Wording
    needed_for: MaturityClass


class CriteriaCreate(Body):
    """A new version of the national criteria; without a decree it is a proposal (usulan)."""

    title: Label
    source: Label
    decree_number: Label | None = None
    criteria: list[CriterionCreate] = Field(min_length=3, max_length=100)


class CriterionRead(Read):
    """What a centre must meet to be of a class."""

    code: str
    text: WordingRead
    needed_for: MaturityClass


class CriteriaRead(Read):
    """A version of the national criteria."""

    version: int
    title: str
    source: str
    decree_number: str | None
    published_at: datetime


class CriteriaInFull(CriteriaRead):
    """A version of the national criteria with all of them."""

    criteria: list[CriterionRead]


class MetCreate(Body):
    """A criterion that is met, and what shows it."""

    criterion: CriterionCode
    evidence: DocumentRef


class AssessmentRevise(Body):
    """What an office found; criteria that are not named are not met.

    Without `criteria_version` it is held against the newest version.
    """

    criteria_version: int | None = Field(default=None, ge=1, le=10_000)
    assessed_on: date
    met: list[MetCreate] = Field(max_length=100)


class AssessmentCreate(AssessmentRevise):
    """An assessment of a centre for a year."""

    id: UUID | None = None
    year: Year
    synthetic: bool = False


class MetRead(Read):
    """A criterion that is met, and what shows it."""

    criterion: str
    evidence: DocumentRead


class AssessmentRead(Read):
    """An assessment of a centre for a year; the class follows from what is met."""

    id: UUID
    facility_id: UUID
    year: int
    maturity_class: MaturityClass
    criteria_version: int
    assessed_on: date
    met: list[MetRead]
    synthetic: bool
    version: int


class RevisionRead(Read):
    """What an assessment said in one of its versions."""

    version: int
    maturity_class: MaturityClass
    criteria_version: int
    assessed_on: date
    met: list[MetRead]
    recorded_at: datetime


class MaturityRead(Read):
    """The present class of a centre, and what it lacks for the next; None when never assessed."""

    facility_id: UUID
    maturity_class: MaturityClass | None
    year: int | None
    assessment_id: UUID | None
    next_class: MaturityClass | None
    missing: list[str]
