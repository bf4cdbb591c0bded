"""Bodies of invitations."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from services.registry.invitations.rules import InvitationState
from shared.schemas.base import Body, Label, Read
from shared.schemas.registry import FacilityKind
from shared.scope import Role

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]
InvitationCode = Annotated[
    str,
    StringConstraints(min_length=10, max_length=30),
    Field(description="As it was printed: ABCDE-FGHJK. Case, spaces and hyphens do not matter."),
]


class InvitationCreate(Body):
    """Somebody to invite to a facility; `label` is the facility's name unless said."""

    facility_id: UUID
    role: Role = Role.FACILITY_OPERATOR
    label: Label | None = None
    expires_at: AwareDatetime


class InvitationsCreate(Body):
    """The heads to invite of all facilities of a kind in an area that nobody runs yet."""

    area: Annotated[
        str,
        StringConstraints(pattern=r"^\d{2}(\.\d{2})?$"),
        Field(description="Kemendagri code of a province or regency: 33, 33.73."),
    ]
    kind: FacilityKind = FacilityKind.BLKK
    expires_at: AwareDatetime
    limit: int = Field(default=100, ge=1, le=100)


class HandoverCreate(Body):
    """An invitation whose approval ends the assignment of who runs the facility now."""

    assignment_id: UUID | None = None
    label: Label | None = None
    expires_at: AwareDatetime


class InvitationApprove(Body):
    """How long the assignment is valid: from today unless said, `valid_to` is the last day."""

    valid_from: date | None = None
    valid_to: date | None = None


class InvitationEnd(Body):
    """Why an invitation is refused or revoked."""

    reason: Reason


class InvitationClaim(Body):
    """The code that somebody was given."""

    code: InvitationCode


class InvitationRead(Read):
    """An invitation; who claimed it, by his issuer's name for him."""

    id: UUID
    facility_id: UUID
    role: Role
    label: str
    state: InvitationState
    expires_at: datetime
    issued_by: str
    issued_at: datetime
    claimed_issuer: str | None
    claimed_subject: str | None
    claimed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    hands_over_id: UUID | None
    assignment_id: UUID | None
    version: int


class InvitationIssued(InvitationRead):
    """An invitation with its code, which is shown in this answer only."""

    code: str


class FacilityInvited(Read):
    """An invitation for a printed list: which facility, and the code for its head."""

    facility_id: UUID
    facility_code: str
    facility_name: str
    invitation: InvitationRead
    code: str


class InvitationsIssued(Read):
    """A list to print; `remaining` facilities are still without a head or an invitation."""

    items: list[FacilityInvited]
    remaining: int


class MyInvitation(Read):
    """What a claimant may know of the invitation that he claimed."""

    id: UUID
    facility_id: UUID
    role: Role
    label: str
    state: InvitationState
    claimed_at: datetime | None
