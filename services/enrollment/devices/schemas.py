"""Bodies of devices."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Body, Label, Read


class DeviceCreate(Body):
    """A device to register; `label` says which it is, in words that name no person.

    `facility_id` is the centre that it is used for, which may revoke it: when it is left out, the
    only one that the caller works for.
    """

    id: UUID | None = None
    label: Label = Field(examples=["HP balai, sampul biru"])
    facility_id: UUID | None = None


class DeviceRead(Read):
    """A device; `skew_ms` is by how much its clock was ahead of ours when it was last heard of."""

    id: UUID
    label: str
    facility_id: UUID | None
    registered_at: datetime
    last_seen_at: datetime | None
    skew_ms: int | None
    revoked_at: datetime | None
    version: int
