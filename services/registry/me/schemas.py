"""Bodies of what concerns the caller himself."""

from datetime import date
from uuid import UUID

from services.registry.assignments.rules import AssignmentState
from services.registry.invitations.schemas import MyInvitation
from shared.schemas.base import Read
from shared.scope import Permission, Role


class GrantRead(Read):
    """A role that the caller has at present, and how far it reaches."""

    role: Role
    ministries: list[str]
    areas: list[str]
    facilities: list[UUID]
    participant_id: UUID | None
    permissions: list[Permission]


class MyAssignment(Read):
    """What the registry lets the caller act as; `valid_to` is the last day."""

    id: UUID
    label: str
    role: Role
    ministries: list[str]
    areas: list[str]
    facilities: list[UUID]
    valid_from: date
    valid_to: date | None
    state: AssignmentState


class ReachRead(Read):
    """One part of where the caller may act: no place at all is the whole country."""

    ministries: list[str]
    provinces: list[str]
    regencies: list[str]
    facilities: list[UUID]
    participant_id: UUID | None


class MeRead(Read):
    """The caller: by whatever issuer he comes, what he may do and where."""

    issuer: str
    subject: str
    permissions: list[Permission]
    grants: list[GrantRead]
    scope: list[ReachRead]
    assignments: list[MyAssignment]
    invitations: list[MyInvitation]
