"""People, coarsely: what other services may know of a participant."""

from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message


class Sex(StrEnum):
    """Sex as the NIK and the civil register know it."""

    FEMALE = "FEMALE"
    MALE = "MALE"


class EntrantKind(StrEnum):
    """Size class of the entrant's business by PP 7/2021, or none yet (calon wirausaha)."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    PROSPECTIVE = "PROSPECTIVE"


class AgeBand(StrEnum):
    """Age in full years on the day of the claim."""

    UNDER_18 = "UNDER_18"
    FROM_18_TO_24 = "18_24"
    FROM_25_TO_34 = "25_34"
    FROM_35_TO_44 = "35_44"
    FROM_45_TO_54 = "45_54"
    FROM_55 = "55_PLUS"


class ParticipantRegistered(Message):
    """Event: a person has registered; coarse dimensions only, `age_band` as on that day."""

    participant_id: UUID
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    home_province_code: str
    home_regency_code: str
    synthetic: bool
