"""Bodies of teams."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.program_teams.rules import HolderKind, TeamDuty
from shared.schemas.base import Body, Label, Ministry, Read

# A function of an office, or the name of a login: nobody is called or written to by it.
Holder = Annotated[str, StringConstraints(min_length=2, max_length=200, pattern=r"^[^@]*$")]


class MemberWrite(Body):
    """A duty and which office or login holds it; `valid_to` is the last day.

    `holder` is the function of an office (OFFICE) or the name of a login (LOGIN), never an address.
    `institution_id` is one of the registry's.
    """

    id: UUID | None = None
    duty: TeamDuty
    ministry: Ministry
    institution_id: UUID | None = None
    unit: Label
    holder_kind: HolderKind = HolderKind.OFFICE
    holder: Holder
    valid_from: date
    valid_to: date | None = None


class TeamWrite(Body):
    """The whole team of a programme, of the past as well: what is left out was never there."""

    members: list[MemberWrite] = Field(max_length=200)


class MemberRead(Read):
    """A duty in the team of a programme; `valid_to` is the last day."""

    id: UUID
    duty: TeamDuty
    ministry: str
    institution_id: UUID | None
    unit: str
    holder_kind: HolderKind
    holder: str
    valid_from: date
    valid_to: date | None


class TeamRead(Read):
    """The team of a programme; `joint` tells that every ministry of it holds a duty today.

    `version` is that of the programme.
    """

    program_id: UUID
    version: int
    joint: bool
    members: list[MemberRead]
