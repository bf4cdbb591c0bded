"""Bodies of participants; what names a person is kept out of every repr."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints, model_validator

from services.enrollment.participants.rules import LegalBasis, Purpose
from services.enrollment.programs.rules import SizeCriterion
from shared.i18n import Language, Text
from shared.schemas.base import Body, Label, Read
from shared.schemas.enrollment import EntrantKind, Sex

HomeAreaCode = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}\.\d{2}(\.\d{2}(\.\d{4})?)?$"),
    Field(description="Regency, district or village code: 33.73, 33.73.04 or 33.73.04.1001."),
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,19}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Nib = Annotated[str, StringConstraints(pattern=r"^\d{13}$")]
Kbli = Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
Version = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Rupiah = Annotated[int, Field(ge=0, le=10**18, description="Whole rupiah.")]


class KbliScheme(StrEnum):
    """Edition of the industry classification."""

    KBLI_2020 = "2020"
    KBLI_2025 = "2025"


class Business(Body):
    """A business; `capital_rupiah` is without land and buildings, sales are those of a year."""

    nib: Nib | None = None
    kbli: Kbli | None = None
    kbli_scheme: KbliScheme | None = None
    founded_on: date
    capital_rupiah: Rupiah | None = None
    annual_sales_rupiah: Rupiah | None = None

    @model_validator(mode="after")
    def _names_the_scheme(self) -> Self:
        if (self.kbli is None) != (self.kbli_scheme is None):
            raise ValueError(
                Text("Isi kbli dan kbli_scheme bersama.", "kbli and kbli_scheme come together.")
            )
        return self


class ConsentGiven(Body):
    """What a person agreed to, or declined, in which version of the text."""

    purpose: Purpose
    given: bool
    version: Version


class ParticipantCreate(Body):
    """A person to register.

    `entrant_kind` may be left out when the business's figures tell it. `legal_basis` is the basis
    for seat and selection; everything else takes a consent of its own.
    """

    id: UUID | None = None
    nik: SecretStr = Field(description="16 digits, as text.")
    name: Label = Field(repr=False)
    birth_date: date = Field(repr=False)
    sex: Sex
    phone: Phone | None = Field(default=None, repr=False)
    email: Email | None = Field(default=None, repr=False)
    language: Language = Field(default="id", description="That of notices.")
    disability: bool = Field(default=False, description="Yes or no: what is needed is told apart.")
    home_area_code: HomeAreaCode
    entrant_kind: EntrantKind | None = None
    business: Business | None = Field(default=None, repr=False)
    legal_basis: LegalBasis | None = Field(
        default=None, description="Required: without it the answer is 422 legal-basis-missing."
    )
    consents: list[ConsentGiven] = Field(default_factory=list, max_length=10)
    synthetic: bool = False


_NEVER_NULL: Final = ("name", "language", "home_area_code", "disability")


class ParticipantChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties.

    A contact that is changed has to be proved anew. A business is told of by its own route, and a
    NIK, a birth date and a sex are put right with evidence.
    """

    name: Label | None = Field(default=None, repr=False)
    language: Language | None = None
    home_area_code: HomeAreaCode | None = None
    phone: Phone | None = Field(default=None, repr=False)
    email: Email | None = Field(default=None, repr=False)
    disability: bool | None = None

    @model_validator(mode="after")
    def _keep_what_everybody_has(self) -> Self:
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class ParticipantReceipt(Read):
    """What registering answers: nothing that names the person.

    The answer is kept for seven days under its Idempotency-Key, where personal data have no place;
    `GET /v1/participants/{participant_id}` shows them to those who may see them.
    """

    id: UUID
    entrant_kind: EntrantKind
    size_criterion: SizeCriterion | None
    rule_version: str
    home_province_code: str
    home_regency_code: str
    warnings: list[str]
    synthetic: bool
    version: int


class ConsentRead(Read):
    """A consent, and when it was given or declined."""

    purpose: Purpose
    given: bool
    version: str
    at: datetime


class ParticipantRead(ParticipantReceipt):
    """A person, for those who may see it; the NIK is masked."""

    nik_masked: str
    name: str
    birth_date: date
    sex: Sex
    disability: bool
    phone: str | None
    phone_verified_at: datetime | None
    email: str | None
    email_verified_at: datetime | None
    guardian_consent_at: datetime | None
    language: Language
    home_area_code: str
    nib: str | None
    kbli: str | None
    kbli_scheme: KbliScheme | None
    founded_on: date | None
    capital_rupiah: int | None
    annual_sales_rupiah: int | None
    legal_basis: LegalBasis
    consents: list[ConsentRead]
    created_at: datetime


class ParticipantSearch(Body):
    """Whom to look for."""

    nik: SecretStr = Field(description="16 digits, as text.")


class NameSearch(Body):
    """Whom to look for by name, as it is said or written, with or without degrees.

    Alone, the name is the beginning of a name. With the birth date other spellings are found too.
    """

    name: Annotated[str, StringConstraints(min_length=2, max_length=200)] = Field(repr=False)
    birth_date: date | None = Field(default=None, repr=False)


class ParticipantFound(Read):
    """As much of a person as tells people of one name apart."""

    id: UUID
    name: str
    birth_date: date
    nik_masked: str
    home_area_code: str
    synthetic: bool


class NamesFound(Read):
    """The people found, by name; `more` tells that there are others: say more of the name."""

    items: list[ParticipantFound]
    more: bool


class RevisionRead(Read):
    """That somebody changed members of a person, and which."""

    id: UUID
    members: list[str]
    actor: str
    version: int
    at: datetime


class NikRead(Read):
    """A NIK in full; every reading leaves an audit row."""

    participant_id: UUID
    nik: str
