"""Bodies of recorded certificates of competence."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.identities.schemas import Reference
from shared.schemas.base import Body, Label, Read
from shared.schemas.enrollment import VerificationState

Short = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Evidence(Body):
    """Where a copy of the certificate is kept, and the hash by which it is known."""

    reference: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    sha256: Sha256


class CompetenceCreate(Body):
    """A certificate as the LSP has written it; without `valid_until` it does not end."""

    id: UUID | None = None
    lsp_name: Label
    lsp_license: Annotated[Short, Field(description="Licence of the LSP by BNSP.")]
    scheme_code: Short | None = None
    scheme_name: Label
    number: Short
    level: Annotated[int, Field(ge=1, le=9, description="Level of the KKNI.")] | None = None
    issued_on: date
    valid_until: date | None = None
    evidence: Evidence


class CompetenceJudged(Body):
    """Why an office rejects a record, in a few words and without personal data."""

    reason: Reference


class CompetenceReceipt(Read):
    """That a certificate of competence was recorded or judged; nothing of what it says."""

    id: UUID
    state: VerificationState
    version: int


class CompetenceRead(Read):
    """A certificate of competence; `number` and `evidence` are null once the person was erased.

    `in_force` tells that it is verified and has not ended.
    """

    id: UUID
    participant_id: UUID
    class_id: UUID
    enrollment_id: UUID
    lsp_name: str
    lsp_license: str
    scheme_code: str | None
    scheme_name: str
    number: str | None
    level: int | None
    issued_on: date
    valid_until: date | None
    evidence: Evidence | None
    state: VerificationState
    in_force: bool
    reason: str | None
    recorded_at: datetime
    judged_at: datetime | None
    version: int
