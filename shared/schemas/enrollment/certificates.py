"""Assessments and certificates: what other services learn of them, nobody by name."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message
from shared.schemas.enrollment.people import AgeBand, EntrantKind, Sex
from shared.schemas.registry import FacilityKind


class CertificateKind(StrEnum):
    """Issued here by the centre for a training, or by an LSP for competence and recorded here."""

    TRAINING = "TRAINING"
    COMPETENCE = "COMPETENCE"


class CertificateState(StrEnum):
    """The life of a training certificate; only VALID vouches for anything."""

    VALID = "VALID"
    REVOKED = "REVOKED"
    REISSUED = "REISSUED"


class VerificationState(StrEnum):
    """Whether an office has looked at the evidence of a competence certificate."""

    RECORDED = "RECORDED"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"


class AssessmentsRecorded(Message):
    """Event: assessments of a class were recorded or changed; of how many people there are any."""

    class_id: UUID
    assessed: int


class CompletionDecided(Message):
    """Event: how a class ended; `against` counts decisions that did not follow the judgement."""

    class_id: UUID
    completed: int
    dropped_out: int
    against: int


class CertificateCell(Message):
    """What a count of certificates can be cut by; places and trade as in the enrollment's cell."""

    kind: CertificateKind
    state: str
    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    province_code: str
    regency_code: str
    home_province_code: str
    home_regency_code: str
    facility_kind: FacilityKind
    host_ministry: str
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    disability: bool = False
    trade: str = ""


class CertificateMoved(Message):
    """Event: a certificate came or changed; figures add -before, +after.

    A person counts as certified once per enrollment: of a reissue, `replaces_id` names the
    certificate that it takes the place of, which is told of by an event of its own.
    """

    certificate_id: UUID
    enrollment_id: UUID
    class_id: UUID
    participant_id: UUID
    issued_on: date
    replaces_id: UUID | None = None
    before: CertificateCell | None
    after: CertificateCell
