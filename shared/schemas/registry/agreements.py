"""Agreements, as the registry states them."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Message


class AgreementSigned(Message):
    """Event: an MoU, a PKS or a plan was signed; `facilities` counts those it covers."""

    agreement_id: UUID
    kind: str
    number: str
    facilities: int


class AgreementChanged(Message):
    """Event: an agreement was drafted, or its draft was changed."""

    agreement_id: UUID
    kind: str
    number: str
    state: str


class AgreementEnded(Message):
    """Event: an agreement was terminated or renewed; on `ended_on` it holds no more."""

    agreement_id: UUID
    kind: str
    before: str
    after: str
    ended_on: date | None
    successor_id: UUID | None


class AgreementDocumentAdded(Message):
    """Event: an agreement has another document."""

    agreement_id: UUID
    document_id: UUID
    sha256: str


class AgreementCoverageAdded(Message):
    """Event: an agreement covers further facilities; without `valid_to` as long as it holds."""

    agreement_id: UUID
    facility_ids: list[UUID]
    valid_from: date
    valid_to: date | None


class AgreementCoverageEnded(Message):
    """Event: `valid_to` is the last day on which an agreement covers a facility."""

    agreement_id: UUID
    facility_id: UUID
    valid_to: date


class AgreementPromise(Message):
    """A number that an agreement promises by a day, in all or on top of what was there."""

    indicator: str
    value: int
    unit: str
    by_day: date
    mode: str


class AgreementTargetsStated(Message):
    """Event: the numbers that an agreement promises are others now; `targets` counts them.

    `stated` are all of them, and the members before it say what agreement that is; null and empty
    in events that were told before these were members. Those of a draft are not `signed` yet.
    """

    agreement_id: UUID
    targets: int
    number: str = ""
    valid_from: date | None = None
    area_codes: list[str] = Field(default=[])
    owner_ministry: str | None = None
    signed: bool = True
    stated: list[AgreementPromise] | None = None


class AgreementExpiring(Message):
    """Event: an agreement ends within so many days."""

    agreement_id: UUID
    kind: str
    number: str
    valid_to: date
    days_before: int


class AgreementActionMoved(Message):
    """Event: an action was planned or changed, or has another status."""

    action_id: UUID
    agreement_id: UUID
    due_on: date
    before: str | None
    after: str


class AgreementActionDue(Message):
    """Event: an action is due within so many days."""

    action_id: UUID
    agreement_id: UUID
    due_on: date
    days_before: int
