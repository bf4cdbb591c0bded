"""Bodies of NIK corrections; what names a person is kept out of every repr."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field, SecretStr, model_validator

from services.enrollment.identities.schemas import Reference, Sha256
from services.enrollment.participants.schemas import ParticipantReceipt
from shared.i18n import Text
from shared.schemas.base import Body, Message, Read
from shared.schemas.enrollment import Sex


class IdentityCorrection(Body):
    """The right NIK, birth date or sex, why, and what proves it: where it is kept, and its hash."""

    nik: SecretStr | None = Field(default=None, description="16 digits, as text.")
    birth_date: date | None = Field(default=None, repr=False)
    sex: Sex | None = None
    reason: Reference
    evidence_reference: Reference
    evidence_sha256: Sha256

    @model_validator(mode="after")
    def _corrects_something(self) -> Self:
        if self.nik is None and self.birth_date is None and self.sex is None:
            raise ValueError(Text("Isi nik, birth_date, atau sex.", "Give nik, birth_date or sex."))
        return self


class IdentityBefore(Message):
    """What of a correction is sealed: how it was before."""

    nik: str = Field(repr=False)
    birth_date: date = Field(repr=False)
    sex: Sex


class CorrectionReceipt(Read):
    """What was put right; nothing that names the person."""

    id: UUID
    participant_id: UUID
    members: list[str]
    corrected_at: datetime
    participant: ParticipantReceipt
