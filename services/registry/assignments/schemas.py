"""Bodies of assignments."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared.i18n import Text
from shared.schemas.base import Body, Label, Ministry, Read
from shared.scope import Role

Subject = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255),
    Field(description="Who it is, as the issuer's tokens name him (`sub`)."),
]
OfficeArea = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}(\.\d{2})?$"),
    Field(description="Kemendagri code of a province or regency: 33, 33.73."),
]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class AssignmentCreate(Body):
    """What a login may act as; `valid_from` is today unless said, `valid_to` the last day."""

    id: UUID | None = None
    issuer: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    subject: Subject
    label: Label
    role: Role
    ministries: list[Ministry] = Field(default=[], max_length=20)
    areas: list[OfficeArea] = Field(default=[], max_length=100)
    facilities: list[UUID] = Field(default=[], max_length=100)
    valid_from: date | None = None
    valid_to: date | None = None


class AssignmentChange(Body):
    """A merge patch (RFC 7396): members left out stay, `valid_to` null leaves the end open."""

    label: Label | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _keep_what_every_assignment_has(self) -> "AssignmentChange":
        for member in ("label", "valid_from"):
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class AssignmentRevoke(Body):
    """Why an assignment ends at once."""

    reason: Reason


class AssignmentRead(Read):
    """An assignment; `valid_to` is its last day, open when null."""

    id: UUID
    issuer: str
    subject: str
    label: str
    role: Role
    ministries: list[str]
    areas: list[str]
    facilities: list[UUID]
    valid_from: date
    valid_to: date | None
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    revoke_reason: str | None
    version: int


EXAMPLE: Final[dict[str, Any]] = {
    "issuer": "balai:people",
    "subject": "ibu-sari",
    "label": "Dinas Tenaga Kerja Kota Contoh (DATA SINTETIS)",
    "role": "REGIONAL_OFFICER",
    "areas": ["33.73"],
    "valid_from": "2026-12-01",
    "valid_to": "2027-11-30",
}
