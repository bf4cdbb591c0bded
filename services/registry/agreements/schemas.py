"""Bodies of agreements."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.registry.agreements.rules import AgreementKind, AgreementState, KeptState
from services.registry.facilities.schemas import Trades
from shared.i18n import Text
from shared.schemas.base import AreaCode, Body, Label, Ministry, Read

Number = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of the file, in hexadecimal."),
]
Reference = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    Field(description="Where the file is kept: an address or an archive number."),
]
Mime = Annotated[
    str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}$"), Field(max_length=120)
]


def _in_order(codes: list[str]) -> list[str]:
    return sorted(set(codes))


AreaCodes = Annotated[list[AreaCode], Field(max_length=600), AfterValidator(_in_order)]


class InitialState(StrEnum):
    """Where the life of an agreement may begin."""

    DRAFT = "DRAFT"
    SIGNED = "SIGNED"


class Party(Body):
    """A side of an agreement: a ministry or an institution."""

    ministry: Ministry | None = None
    institution_id: UUID | None = None

    @model_validator(mode="after")
    def _is_one_side(self) -> "Party":
        if (self.ministry is None) == (self.institution_id is None):
            raise ValueError(
                Text("Sebutkan kementerian atau lembaga.", "Name a ministry or an institution.")
            )
        return self


class Signatory(Body):
    """Who signs for a party, as the document names him; parties count from 0."""

    party: int = Field(ge=0, le=19)
    name: Label
    position: Label


class Document(Body):
    """A file that is kept elsewhere, and what proves that it is the same file."""

    title: Label
    reference: Reference
    sha256: Sha256
    mime: Mime


Parties = Annotated[list[Party], Field(min_length=2, max_length=20)]
Covered = Annotated[list[UUID], Field(max_length=20_000)]
Signatories = Annotated[list[Signatory], Field(max_length=40)]
Documents = Annotated[list[Document], Field(max_length=50)]


class _Signed(Body):
    """What is signed at once has its day; a draft has none yet."""

    state: InitialState = InitialState.SIGNED
    signed_on: date | None = None

    @model_validator(mode="after")
    def _has_a_day_once_signed(self) -> "_Signed":
        if (self.signed_on is None) == (self.state is InitialState.SIGNED):
            raise ValueError(
                Text(
                    "signed_on hanya untuk perjanjian yang ditandatangani.",
                    "signed_on belongs to an agreement that is signed.",
                )
            )
        return self


class AgreementCreate(_Signed):
    """An agreement that was signed, or a draft of one, with the facilities it covers.

    `valid_to` is the last day.
    """

    id: UUID | None = None
    kind: AgreementKind
    number: Number
    title: Label
    follows_from_id: UUID | None = None
    parties: Parties
    facility_ids: Covered = Field(default=[])
    valid_from: date
    valid_to: date | None = None
    trades: Trades = Field(default_factory=list)
    area_codes: AreaCodes = Field(default_factory=list)
    scope: Words | None = None
    signatories: Signatories = Field(default=[])
    documents: Documents = Field(default=[])
    synthetic: bool = False


class AgreementRenewal(_Signed):
    """What a renewal says anew; parties, facilities and scope stay where it does not name them."""

    id: UUID | None = None
    number: Number
    title: Label | None = None
    parties: Parties | None = None
    facility_ids: Covered | None = None
    valid_from: date
    valid_to: date | None = None
    trades: Trades | None = None
    area_codes: AreaCodes | None = None
    scope: Words | None = None
    signatories: Signatories = Field(default=[])
    documents: Documents = Field(default=[])


# Members that every draft has, so that a merge patch cannot take them away.
_NEVER_NULL = (
    "number",
    "title",
    "parties",
    "facility_ids",
    "valid_from",
    "trades",
    "area_codes",
    "signatories",
)


class AgreementTerms(Body):
    """A merge patch (RFC 7396) of what a draft says, but not of whom and what it binds."""

    number: Number | None = None
    title: Label | None = None
    follows_from_id: UUID | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    trades: Trades | None = None
    area_codes: AreaCodes | None = None
    scope: Words | None = None

    @model_validator(mode="after")
    def _keep_what_every_draft_has(self) -> Self:
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class AgreementChange(AgreementTerms):
    """A merge patch (RFC 7396) of a draft: members left out stay, lists are replaced whole."""

    parties: Parties | None = None
    facility_ids: Covered | None = None
    signatories: Signatories | None = None


class Signing(Body):
    """A draft becomes a signed agreement; signatories replace those of the draft."""

    signed_on: date
    signatories: Signatories | None = None


class Termination(Body):
    """`day` is the first day on which the agreement no longer holds."""

    day: date
    reason: Words


class PartyRead(Read):
    """A side of an agreement."""

    ministry: str | None
    institution_id: UUID | None


class SignatoryRead(Read):
    """Who signs for a party; shown to the agreement's ministries only."""

    ordinal: int
    party: int
    name: str
    position: str


class DocumentRead(Read):
    """A document of an agreement, by reference."""

    id: UUID
    title: str
    reference: str
    sha256: str
    mime: str
    added_at: datetime


class AgreementTermsRead(Read):
    """What an agreement says, but not whom and what it binds."""

    number: str
    title: str
    follows_from_id: UUID | None
    valid_from: date
    valid_to: date | None
    trades: list[str]
    area_codes: list[str]
    scope: str | None


class AgreementRead(Read):
    """An agreement; `facilities` counts those whose coverage has not ended.

    `state` is that of the day asked for, `kept_state` what was decided. `ended_on` is the first day
    on which it no longer holds because it was terminated or renewed.
    """

    id: UUID
    kind: AgreementKind
    number: str
    title: str
    follows_from_id: UUID | None
    renews_id: UUID | None
    renewed_by_id: UUID | None
    parties: list[PartyRead]
    facilities: int
    state: AgreementState
    kept_state: KeptState
    signed_on: date | None
    valid_from: date
    valid_to: date | None
    ended_on: date | None
    end_reason: str | None
    trades: list[str]
    area_codes: list[str]
    scope: str | None
    synthetic: bool
    version: int
