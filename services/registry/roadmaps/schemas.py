"""Bodies of the national roadmap and of the roadmaps of centres."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.records.schemas import DocumentRead, DocumentRef, Wording, WordingRead
from services.registry.roadmaps.rules import MilestoneStatus
from shared.schemas.base import Body, Label, Read

MilestoneCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
Note = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
TemplateVersion = Annotated[int, Field(ge=1, le=10_000)]


class TemplateMilestoneCreate(Body):
    """A milestone, how many months after the adoption it is due, and what shows it."""

    code: MilestoneCode
    text: Wording
    months: int = Field(ge=0, le=240)
    evidence: Wording


class TemplateCreate(Body):
    """A new version of the national roadmap; without a decree it is a proposal (usulan)."""

    title: Label
    source: Label
    decree_number: Label | None = None
    milestones: list[TemplateMilestoneCreate] = Field(min_length=1, max_length=100)


class TemplateRead(Read):
    """A version of the national roadmap."""

    version: int
    title: str
    source: str
    decree_number: str | None
    published_at: datetime


class TemplateMilestoneRead(Read):
    """A milestone of the national roadmap."""

    code: str
    text: WordingRead
    months: int
    evidence: WordingRead


class TemplateInFull(TemplateRead):
    """A version of the national roadmap with its milestones."""

    milestones: list[TemplateMilestoneRead]


class RoadmapAdopt(Body):
    """The adoption of a version, by default the newest; due dates count from `adopted_on`."""

    id: UUID | None = None
    template_version: TemplateVersion | None = None
    adopted_on: date
    synthetic: bool = False


class RoadmapMove(Body):
    """The newer version to move to."""

    template_version: TemplateVersion


class MilestoneState(Body):
    """What a centre says of a milestone; `done_on` is today when it is left out of what is done."""

    status: MilestoneStatus
    evidence: DocumentRef | None = None
    note: Note | None = None
    done_on: date | None = None


class MilestoneRead(Read):
    """A milestone of a centre; `template_version` is the version that its text comes from."""

    roadmap_id: UUID
    facility_id: UUID
    code: str
    template_version: int
    text: WordingRead
    expected_evidence: WordingRead
    due_on: date
    status: MilestoneStatus
    overdue: bool
    done_on: date | None
    evidence: DocumentRead | None
    note: str | None
    version: int


class ProgressRead(Read):
    """How far a centre is; `percent` is of the milestones that are not dropped."""

    total: int
    done: int
    dropped: int
    overdue: int
    percent: int


class RoadmapRead(Read):
    """A centre's roadmap."""

    id: UUID
    facility_id: UUID
    template_version: int
    adopted_on: date
    progress: ProgressRead
    synthetic: bool
    version: int


class RoadmapInFull(RoadmapRead):
    """A centre's roadmap with its milestones, in the order of the days they are due."""

    milestones: list[MilestoneRead]
