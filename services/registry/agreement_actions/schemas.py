"""Bodies of actions."""

from datetime import date
from uuid import UUID

from pydantic import model_validator

from services.registry.agreement_actions.rules import ActionStatus
from services.registry.agreements.schemas import Party, PartyRead, Reference, Sha256, Words
from shared.i18n import Text
from shared.schemas.base import Body, Label, Read


class Evidence(Body):
    """A file that is kept elsewhere and proves that something was done."""

    reference: Reference
    sha256: Sha256


class EvidenceRead(Read):
    """A file that proves that something was done."""

    reference: str
    sha256: str


class ActionCreate(Body):
    """What a party is to do by a day, at a facility or not."""

    id: UUID | None = None
    agreement_id: UUID
    title: Label
    responsible: Party
    facility_id: UUID | None = None
    due_on: date


class ActionChange(Body):
    """A merge patch (RFC 7396) of an action that is not at its end."""

    title: Label | None = None
    responsible: Party | None = None
    due_on: date | None = None

    @model_validator(mode="after")
    def _keep_what_every_action_has(self) -> "ActionChange":
        for member in self.model_fields_set:
            if getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class ActionDone(Body):
    """What proves that an action was done, and on which day it was."""

    done_on: date
    evidence: Evidence


class ActionCancel(Body):
    """Why an action will not be done."""

    reason: Words


class ActionRead(Read):
    """An action; `overdue` when it is not at its end and should have been done before today."""

    id: UUID
    agreement_id: UUID
    title: str
    responsible: PartyRead
    facility_id: UUID | None
    due_on: date
    status: ActionStatus
    overdue: bool
    evidence: EvidenceRead | None
    done_on: date | None
    cancel_reason: str | None
    version: int
