"""Who acts for whom, as the registry states it; a login is named by its hash only."""

from datetime import date, datetime
from uuid import UUID

from shared.schemas.base import Message
from shared.scope import Role


class AssignmentHeld(Message):
    """Event: an assignment was granted, changed or revoked; `valid_to` is its last day.

    `holder` is the SHA-256 of issuer, line feed and subject.
    """

    id: UUID
    holder: str
    role: Role
    ministries: list[str]
    areas: list[str]
    facilities: list[UUID]
    valid_from: date
    valid_to: date | None
    revoked_at: datetime | None


class InvitationTurned(Message):
    """Event: an invitation was issued, claimed, approved, refused or revoked, or has expired."""

    invitation_id: UUID
    facility_id: UUID
    role: Role
    state: str
    assignment_id: UUID | None
