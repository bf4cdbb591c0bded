"""What enrollment tells of devices; whose they are, the log itself knows."""

from uuid import UUID

from shared.schemas.base import Message


class DeviceRegistered(Message):
    """Event: somebody works with a device that may be without a network."""

    device_id: UUID
    facility_id: UUID | None


class DeviceRevoked(Message):
    """Event: nothing that a device sends is taken any more."""

    device_id: UUID
    facility_id: UUID | None
