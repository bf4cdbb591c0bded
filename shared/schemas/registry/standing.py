"""Accreditations, maturity, roadmaps and incubators, as the registry states them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message


class MaturityClass(StrEnum):
    """The class of a community centre: just built, trains, has partners, sustains itself."""

    BARU = "BARU"
    TUMBUH = "TUMBUH"
    BERKEMBANG = "BERKEMBANG"
    MANDIRI = "MANDIRI"


class AccreditationGranted(Message):
    """Event: a facility was accredited or licensed; without a trade it is for all of it."""

    accreditation_id: UUID
    facility_id: UUID
    kind: str
    trade: str | None
    valid_from: date
    valid_to: date | None


class AccreditationRevoked(Message):
    """Event: from `revoked_on` on an accreditation or a licence is worth nothing."""

    accreditation_id: UUID
    facility_id: UUID
    kind: str
    trade: str | None
    revoked_on: date


class CriteriaPublished(Message):
    """Event: there is a new version of the national criteria of maturity."""

    version: int
    criteria: int


class MaturityAssessed(Message):
    """Event: a centre's class of a year, and with it perhaps its present one, is another now.

    `before` is None when the year had no class. The present class is that of the last year that
    was assessed. A count by class of year Y adds -1 at `before` and +1 at `after`.
    """

    assessment_id: UUID
    facility_id: UUID
    year: int
    criteria_version: int
    before: MaturityClass | None
    after: MaturityClass
    present_before: MaturityClass | None
    present_after: MaturityClass


class TemplatePublished(Message):
    """Event: there is a new version of the national roadmap."""

    version: int
    milestones: int


class RoadmapAdopted(Message):
    """Event: a centre follows a version of the national roadmap; `before` is the one it left."""

    roadmap_id: UUID
    facility_id: UUID
    before: int | None
    after: int
    milestones: int


class MilestoneChanged(Message):
    """Event: a milestone of a centre's roadmap has another status, evidence or note."""

    roadmap_id: UUID
    facility_id: UUID
    milestone: str
    before: str
    after: str
    overdue: bool


class IncubatorChanged(Message):
    """Event: a facility was designated an incubator, or what is said of that has changed.

    `before` is None at the designation.
    """

    incubator_id: UUID
    facility_id: UUID
    before: str | None
    after: str
    capacity: int


class IncubatorPersonChanged(Message):
    """Event: somebody manages or mentors an incubator, or no longer; who stays in the registry."""

    incubator_id: UUID
    facility_id: UUID
    person_id: UUID
    role: str


class TenantMoved(Message):
    """Event: a tenant joined, entered another stage, graduated or left.

    `before` and `after` are stage and status, for example `INCUBATION/IN`; `before` is None when
    the tenant joins.
    """

    tenant_id: UUID
    incubator_id: UUID
    facility_id: UUID
    participant_id: UUID | None
    before: str | None
    after: str
    result: str | None
