"""Referrals after training: what other services learn of them, nobody by name."""

from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message
from shared.schemas.enrollment.people import AgeBand, EntrantKind, Sex
from shared.schemas.registry import FacilityKind, ReferralKind


class ReferralState(StrEnum):
    """The life of a referral; nothing is passed on before CONSENTED."""

    PROPOSED = "PROPOSED"
    CONSENTED = "CONSENTED"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    RESULT = "RESULT"
    WITHDRAWN = "WITHDRAWN"


class ReferralOutcome(StrEnum):
    """What came of a referral that was accepted."""

    SERVICE_RECEIVED = "SERVICE_RECEIVED"
    TENANT_JOINED = "TENANT_JOINED"
    SLOT_USED = "SLOT_USED"
    FINANCING_GRANTED = "FINANCING_GRANTED"
    NOTHING = "NOTHING"


class Financing(StrEnum):
    """Which financing somebody is referred to a bank for."""

    KUR = "KUR"
    KUR_SYARIAH = "KUR_SYARIAH"
    LPDB = "LPDB"
    BWM = "BWM"
    OTHER = "OTHER"


class ReferralCell(Message):
    """What a count of referrals can be cut by; places and trade as in the enrollment's cell.

    `to_*` are those of the receiving facility, null for a bank. A referral is taken up once its
    outcome is anything but NOTHING.
    """

    kind: ReferralKind
    state: ReferralState
    outcome: ReferralOutcome | None
    financing: Financing | None
    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    province_code: str
    regency_code: str
    home_province_code: str
    home_regency_code: str
    facility_kind: FacilityKind
    host_ministry: str
    to_facility_id: UUID | None
    to_province_code: str | None
    to_regency_code: str | None
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    disability: bool
    trade: str = ""


class ReferralMoved(Message):
    """Event: a referral came or changed; figures add -before, +after.

    `target` is the public name of the service, the place or the bank.
    """

    referral_id: UUID
    enrollment_id: UUID
    class_id: UUID
    participant_id: UUID
    target: str
    before: ReferralCell | None
    after: ReferralCell
