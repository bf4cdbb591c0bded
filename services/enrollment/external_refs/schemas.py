"""Bodies of external references."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.participants.schemas import ParticipantCreate, ParticipantReceipt
from shared.schemas.base import Body, Read

CLIENT_PATTERN: Final = r"^[a-z][a-z-]{1,39}$"
Client = Annotated[
    str,
    StringConstraints(pattern=CLIENT_PATTERN),
    Field(description="The other system, in small letters."),
]
Ref = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$"),
    Field(description="The key of the person there; never a NIK."),
]


class RefKey(Body):
    """What a system calls a person."""

    client: Client
    ref: Ref


class RefSet(Body):
    """What the system in the path calls the person."""

    ref: Ref


class RefRead(Read):
    """What a system calls a person, and since when."""

    client: str
    ref: str
    set_at: datetime


class RefsRead(Read):
    """What other systems call a person, by their names."""

    items: list[RefRead]


class ParticipantUpsert(Body):
    """Whom a system means by its key: registered when nobody has it, else changed.

    Of somebody who is there name, language, home area, contacts and disability are changed; a NIK,
    birth date or sex that differs is refused.
    """

    client: Client
    ref: Ref
    participant: ParticipantCreate = Field(repr=False)


class UpsertReceipt(Read):
    """Who the key stands for, and what was done; nothing that names the person."""

    participant_id: UUID
    registered: bool
    changed: bool
    participant: ParticipantReceipt
