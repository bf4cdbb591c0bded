"""What a device may be refused, without a database."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import ConflictError, ForbiddenError, NotFoundError
from shared.i18n import Text
from shared.scope import Scope


class DeviceState(StrEnum):
    """The life of a device."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


class DeviceUnknownError(NotFoundError):
    """There is no such device, or it belongs to somebody else."""

    code = "device-unknown"
    title = Text("Perangkat tidak dikenal.", "There is no such device.")


class DeviceIdTakenError(ConflictError):
    """A device is registered under this id already."""

    code = "device-id-taken"
    title = Text("Perangkat dengan id ini sudah terdaftar.", "A device has this id already.")


class DeviceRevokedError(ForbiddenError):
    """The device was revoked: it is to forget what it holds, and nothing it sends is taken."""

    code = "device-revoked"
    title = Text(
        "Perangkat ini dicabut; hapus data Balai di dalamnya.",
        "The device is revoked; delete what it holds of Balai.",
    )


class DeviceAlreadyRevokedError(ConflictError):
    """The device was revoked before."""

    code = "device-already-revoked"
    title = Text("Perangkat ini sudah dicabut.", "The device has been revoked already.")


def check_may_revoke(revoked_at: datetime | None) -> None:
    """Refuse to revoke a device a second time.

    Raises:
        DeviceAlreadyRevokedError: when it was revoked before.
    """
    if revoked_at is not None:
        raise DeviceAlreadyRevokedError(
            extra={"present": DeviceState.REVOKED.value, "allowed": []},
        )


def check_in_use(revoked_at: datetime | None) -> None:
    """Refuse whatever a revoked device sends.

    Raises:
        DeviceRevokedError: when it was revoked; `wipe` tells it to forget what it holds.
    """
    if revoked_at is not None:
        raise DeviceRevokedError(extra={"wipe": True})


def only_facility(scope: Scope) -> UUID | None:
    """Return the one facility that a caller works for; None when there are more, or none."""
    named = {each for reach in scope.reaches for each in reach.facilities}
    return next(iter(named)) if len(named) == 1 else None
