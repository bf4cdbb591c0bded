"""Bodies of instructors."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.registry.instructors.rules import Employment
from services.registry.modules.schemas import Competences
from shared.i18n import Text
from shared.schemas.base import Body, Code, Label, Ministry, Read

CertificateNumber = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class InstructorCreate(Body):
    """An instructor to register; `competences` are trades (kejuruan) and units (SKKNI).

    `home_ministry` is who employs her, where that is not the ministry of her home facility.
    """

    id: UUID | None = None
    code: Code
    name: Label
    home_facility_id: UUID
    home_ministry: Ministry | None = None
    employment: Employment | None = None
    competences: Competences = Field(default_factory=list)
    synthetic: bool = False


# Members that every instructor has, so that a merge patch cannot take them away.
_NEVER_NULL: Final = ("name", "home_facility_id", "competences")


class InstructorChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties, lists are replaced whole."""

    name: Label | None = None
    home_facility_id: UUID | None = None
    home_ministry: Ministry | None = None
    employment: Employment | None = None
    competences: Competences | None = None

    @model_validator(mode="after")
    def _keep_what_every_instructor_has(self) -> "InstructorChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class InstructorRead(Read):
    """An instructor, as staff within whose scope she is see her; `left_on` is her last day."""

    id: UUID
    code: str
    name: str
    home_facility_id: UUID
    home_ministry: str | None
    employment: Employment | None
    competences: list[str]
    synthetic: bool
    left_on: date | None
    version: int


class CertificateCreate(Body):
    """A certificate of competence to record, as an LSP issued it; `valid_to` is its last day.

    `competences` are the trades and units that it proves; `issuer_id` is the LSP, if registered.
    """

    id: UUID | None = None
    scheme: Label
    number: CertificateNumber
    issuer: Label
    issuer_id: UUID | None = None
    competences: Competences = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None


class CertificateRevoke(Body):
    """Why a certificate holds no more from today."""

    reason: Reason


class CertificateRead(Read):
    """A certificate of an instructor."""

    id: UUID
    instructor_id: UUID
    scheme: str
    number: str
    issuer: str
    issuer_id: UUID | None
    competences: list[str]
    valid_from: date
    valid_to: date | None
    revoked_on: date | None
    revoked_because: str | None
