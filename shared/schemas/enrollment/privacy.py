"""What is said of the rights of a person: never what the person's data are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Message


class ConsentStated(Message):
    """Event: a person gave a consent or withdrew it; `version` is the text that was agreed to."""

    participant_id: UUID
    purpose: str
    given: bool
    version: str


class RestrictionMoved(Message):
    """Event: a person's data may not be processed from now on, or, once lifted, may again."""

    participant_id: UUID
    restricted_at: datetime | None
    reason: str


class PrivacyRequestMoved(Message):
    """Event: a request of a person arrived, or was taken on, done or refused."""

    request_id: UUID
    participant_id: UUID
    kind: str
    state: str
    due_at: datetime
    reason: str | None = None


class LegalHoldMoved(Message):
    """Event: a person's data must be kept, or, with `lifted_at`, need not be any more."""

    hold_id: UUID
    participant_id: UUID
    kind: str
    lifted_at: datetime | None = None


class PersonErased(Message):
    """Event: a person was erased; services that keep anything of that person erase it as well."""

    participant_id: UUID
    request_id: UUID


class RetentionApplied(Message):
    """Event: what was kept longer than a rule allows was erased, so many rows."""

    rule: str
    rows: int


class BreachReported(Message):
    """Event: whose data were read or changed in a breach was found out."""

    report_id: UUID
    people: int


class PersonRecords(Message):
    """Everything that a service keeps of one person, by table; it is passed on and kept nowhere."""

    service: str
    records: dict[str, list[dict[str, Any]]] = Field(repr=False)


class PersonErasure(Message):
    """What a service did when a person was erased: rows by table, and when."""

    service: str
    rows: dict[str, int]
    erased_at: datetime


class Doing(Message):
    """How often data of a person were read, or changed, in one way."""

    participant_id: UUID
    what: str
    read: bool
    times: int


class DoingsAsked(Message):
    """Of whose doings in a span of time another service asks: all actors from `first` to `before`.

    Without `before` it is one actor. `after` is the last that was answered: what follows is asked.
    """

    since: datetime
    until: datetime
    first: str = Field(repr=False)
    before: str | None = Field(default=None, repr=False)
    after: Doing | None = None


class Doings(Message):
    """A page of doings, by person and kind; an empty one is the last."""

    service: str
    doings: list[Doing]
