"""Bodies of referrals."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.enrollment.consents.schemas import Paper
from shared.i18n import Text
from shared.schemas.base import Body, Label, Message, Read
from shared.schemas.enrollment import (
    AgeBand,
    EntrantKind,
    Financing,
    ReferralOutcome,
    ReferralState,
    Sex,
)
from shared.schemas.registry import ClassSessions, ReferralKind

Version = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Direction(StrEnum):
    """Referrals that come to a facility, or that it has made of its own people."""

    INCOMING = "INCOMING"
    OUTGOING = "OUTGOING"


class ReferralCreate(Body):
    """Who was trained where, and to what he is referred.

    `financing` is for a bank, `people` and `slots` are for hours at a production house.
    """

    id: UUID | None = None
    class_id: UUID
    enrollment_id: UUID
    kind: ReferralKind
    target_id: UUID = Field(
        description="The service, the incubator, the space or the bank, as the registry has it."
    )
    financing: Financing | None = None
    people: Annotated[int, Field(ge=1, le=1000)] | None = None
    slots: ClassSessions | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> "ReferralCreate":
        for member, kind in (
            ("financing", ReferralKind.BANK),
            ("people", ReferralKind.PRODUCTION_SLOT),
            ("slots", ReferralKind.PRODUCTION_SLOT),
        ):
            if (getattr(self, member) is not None) != (self.kind is kind):
                raise ValueError(
                    Text(f"{member} wajib dan hanya untuk {kind}.", f"{member} belongs to {kind}.")
                )
        return self


class ReferralConsent(Body):
    """The text that the person has agreed to; who writes it down for him names the paper."""

    version: Version
    paper: Paper | None = None


class ReferralReason(Body):
    """Why a referral is refused or withdrawn, in a few words and without personal data."""

    reason: Label


class ReferralResult(Body):
    """What came of a referral, and when; a tenant is named as the registry has him."""

    outcome: ReferralOutcome
    on: date
    tenant_id: UUID | None = None

    @model_validator(mode="after")
    def _names_the_tenant(self) -> "ReferralResult":
        if (self.tenant_id is not None) != (self.outcome is ReferralOutcome.TENANT_JOINED):
            raise ValueError(
                Text(
                    "tenant_id wajib dan hanya untuk TENANT_JOINED.",
                    "tenant_id belongs to TENANT_JOINED.",
                )
            )
        return self


class ReferralSlot(Read):
    """Hours at a production house, the end not included."""

    starts_at: datetime
    ends_at: datetime


class ReferralRead(Read):
    """A referral; of the person nothing by which he could be found.

    `booked_at` is when the registry confirmed the hours, which takes a moment after `sent_at`.
    """

    id: UUID
    participant_id: UUID
    class_id: UUID
    enrollment_id: UUID
    facility_id: UUID
    kind: ReferralKind
    target_id: UUID
    target: str
    to_facility_id: UUID | None
    to_facility_name: str | None
    financing: Financing | None
    people: int | None
    slots: list[ReferralSlot] | None
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    state: ReferralState
    proposed_at: datetime
    consent_version: str | None
    consented_at: datetime | None
    sent_at: datetime | None
    decided_at: datetime | None
    reason: str | None
    outcome: ReferralOutcome | None
    outcome_on: date | None
    tenant_id: UUID | None
    booking_id: UUID | None
    booked_at: datetime | None
    version: int


class ReferralPerson(Read):
    """Who is referred, for those who receive him: what he has agreed to have passed on."""

    participant_id: UUID
    name: str = Field(repr=False)
    phone: str | None = Field(repr=False)
    email: str | None = Field(repr=False)


class SettleReferrals(Message):
    """Job: confirm the hours of referrals that were sent, release those that came to nothing."""

    kind: ClassVar[str] = "settle_referrals"

    referral_ids: list[UUID]
