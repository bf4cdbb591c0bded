"""Bodies of guardians; what names a person is kept out of every repr."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.guardians.rules import Relation
from services.enrollment.participants.schemas import Phone
from shared.schemas.base import Body, Label, Message, Read

Version = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class GuardianCreate(Body):
    """Who answers for a minor and consents to the training, and to which version of the text."""

    name: Label = Field(repr=False)
    relation: Relation
    phone: Phone | None = Field(default=None, repr=False)
    consents: Literal[True] = Field(description="Without consent nobody answers for the minor.")
    consent_version: Version


class GuardianSealed(Message):
    """What of a guardian is sealed."""

    name: str = Field(repr=False)
    relation: Relation
    phone: str | None = Field(repr=False)


class GuardianReceipt(Read):
    """What naming a guardian answers: nothing that names anybody."""

    id: UUID
    participant_id: UUID
    consent_version: str
    consented_at: datetime
    ended_at: datetime | None


class GuardianRead(GuardianReceipt):
    """A guardian; name, relation and contact are gone once the person's data are erased."""

    name: str | None
    relation: Relation | None
    phone: str | None


class GuardiansRead(Read):
    """All guardians of a person, the latest first, those who have ended as well."""

    items: list[GuardianRead]
