"""Bodies of agreements."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.registry.agreements.rules import AgreementKind
from shared.schemas.base import Body, Label, Ministry, Read

Number = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Party(Body):
    """A side of an agreement: a ministry or an institution."""

    ministry: Ministry | None = None
    institution_id: UUID | None = None

    @model_validator(mode="after")
    def _is_one_side(self) -> "Party":
        if (self.ministry is None) == (self.institution_id is None):
            raise ValueError("name a ministry or an institution")
        return self


class AgreementCreate(Body):
    """An agreement that was signed, with the facilities it covers; `valid_to` is the last day."""

    id: UUID | None = None
    kind: AgreementKind
    number: Number
    title: Label
    follows_from_id: UUID | None = None
    parties: list[Party] = Field(min_length=2, max_length=20)
    facility_ids: list[UUID] = Field(default=[], max_length=20_000)
    signed_on: date
    valid_from: date
    valid_to: date | None = None
    synthetic: bool = False


class PartyRead(Read):
    """A side of an agreement."""

    ministry: str | None
    institution_id: UUID | None


class AgreementRead(Read):
    """An agreement; `facilities` counts those it covers."""

    id: UUID
    kind: AgreementKind
    number: str
    title: str
    follows_from_id: UUID | None
    parties: list[PartyRead]
    facilities: int
    signed_on: date
    valid_from: date
    valid_to: date | None
    synthetic: bool
