"""Bodies of consents."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.participants.rules import LegalBasis, Purpose
from shared.schemas.base import Body, Read

Version = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Paper(Body):
    """The paper that a person has signed, kept elsewhere, and the hash by which it is known."""

    reference: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(repr=False)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ConsentStatement(Body):
    """A consent that is given, or withdrawn; an office that writes it down names the paper."""

    purpose: Purpose
    given: bool
    version: Version
    paper: Paper | None = None


class StandingRead(Read):
    """On what a purpose rests, and whether the person's data may be used for it."""

    purpose: Purpose
    legal_basis: LegalBasis
    allowed: bool
    version: str | None
    since: datetime | None


class ConsentSaid(Read):
    """What was said of a purpose, and when."""

    purpose: Purpose
    given: bool
    version: str
    at: datetime


class ConsentsRead(Read):
    """How each purpose stands, and all that was ever said, the latest last."""

    participant_id: UUID
    restricted_at: datetime | None
    purposes: list[StandingRead]
    history: list[ConsentSaid]
