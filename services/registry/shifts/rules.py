"""What the registry refuses of a shift."""

from datetime import time

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class ShiftNotFoundError(NotFoundError):
    """The facility has no shift of this id."""

    code = "shift-not-found"
    title = Text("Sif tidak ditemukan.", "There is no such shift.")


class ShiftNameTakenError(ConflictError):
    """The facility has a shift of this name."""

    code = "shift-name-taken"
    title = Text(
        "Balai ini sudah mempunyai sif bernama sama.", "The facility has a shift of this name."
    )


class ShiftHoursInvalidError(InvalidError):
    """The shift ends before it starts."""

    code = "shift-hours-invalid"
    title = Text("Sif harus berakhir setelah mulai.", "A shift ends after it starts.")


def check_hours(*, starts: time, ends: time) -> None:
    """Refuse hours of a shift that are none.

    Raises:
        ShiftHoursInvalidError: when it would end before or as it starts.
    """
    if ends <= starts:
        raise ShiftHoursInvalidError(pointer="/ends")
