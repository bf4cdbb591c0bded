"""Bodies of what concerns the caller himself."""

from uuid import UUID

from shared.schemas.base import Read
from shared.scope import Permission, Role


class HeldGrantRead(Read):
    """A role that the caller has here at present, and how far it reaches."""

    role: Role
    ministries: list[str]
    areas: list[str]
    facilities: list[UUID]
    participant_id: UUID | None
    permissions: list[Permission]


class CallerRead(Read):
    """The caller as enrollment knows him; `operates` are the facilities noted as logged in for."""

    issuer: str
    subject: str
    permissions: list[Permission]
    grants: list[HeldGrantRead]
    operates: list[UUID]
