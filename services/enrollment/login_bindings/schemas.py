"""Bodies of login bindings; what names a person is kept out of every repr."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints, model_validator

from services.enrollment.identities.schemas import Reference, Sha256
from services.enrollment.notice_templates.rules import Channel
from services.enrollment.participants.rules import LegalBasis
from services.enrollment.participants.schemas import (
    Business,
    ConsentGiven,
    Email,
    HomeAreaCode,
    ParticipantReceipt,
    Phone,
)
from shared.i18n import Language, Text
from shared.schemas.base import Body, Label, Read
from shared.schemas.enrollment import AgeBand, EnrollmentState, EntrantKind, Presence, Sex

Code = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]


class ContactCodeRequest(Body):
    """To bind a login: `nik` and `birth_date`. To prove one's own contact: `channel`."""

    nik: SecretStr | None = Field(default=None, description="16 digits, as text.")
    birth_date: date | None = Field(default=None, repr=False)
    channel: Channel | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.nik is None) != (self.birth_date is None):
            raise ValueError(
                Text("Isi nik dan birth_date bersama.", "nik and birth_date come together.")
            )
        if self.nik is not None and self.channel is not None:
            raise ValueError(
                Text(
                    "Isi channel tanpa nik dan birth_date.",
                    "channel comes without nik and birth_date.",
                )
            )
        return self


class ContactCodeReceipt(Read):
    """Until when a code is good; whether one was sent is told only to who proves a contact."""

    expires_at: datetime


class ContactProof(Body):
    """The code that came to one's contact."""

    code: Code = Field(repr=False)


class Registration(Body):
    """Who registers with the binding: as of a participant, without NIK and birth date."""

    name: Label = Field(repr=False)
    sex: Sex
    phone: Phone | None = Field(default=None, repr=False)
    email: Email | None = Field(default=None, repr=False)
    language: Language = "id"
    disability: bool = False
    home_area_code: HomeAreaCode
    entrant_kind: EntrantKind | None = None
    business: Business | None = Field(default=None, repr=False)
    legal_basis: LegalBasis | None = None
    consents: list[ConsentGiven] = Field(default_factory=list, max_length=10)
    synthetic: bool = False


class LoginClaim(Body):
    """Who is to be bound to the caller's login.

    Who has registered sends the `code` that came to the contact; who has not sends `registration`.
    """

    nik: SecretStr = Field(description="16 digits, as text.")
    birth_date: date = Field(repr=False)
    code: Code | None = Field(default=None, repr=False)
    registration: Registration | None = Field(default=None, repr=False)


class BindingReceipt(Read):
    """For whom the login acts from now on; nothing that names the person."""

    participant_id: UUID
    bound_at: datetime
    registered: bool = Field(description="Whether the person registered with it.")
    participant: ParticipantReceipt


class Unbinding(Body):
    """Why a login no longer acts for a person, and what proves it."""

    reason: Reference
    evidence_reference: Reference
    evidence_sha256: Sha256


class UnbindingReceipt(Read):
    """Since when no login acts for a person."""

    participant_id: UUID
    unbound_at: datetime


class OwnEnrollment(Read):
    """One's own place in a class, and where and when that is."""

    id: UUID
    class_id: UUID
    program_id: UUID
    wave_id: UUID
    class_label: str
    facility_name: str
    starts_at: datetime
    time_zone: str
    state: EnrollmentState
    waitlist_number: int | None
    confirm_by: datetime | None
    presence: Presence
    arrived_at: datetime
    decided_at: datetime | None
    age_band: AgeBand
    entrant_kind: EntrantKind
    version: int
