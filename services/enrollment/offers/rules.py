"""Until when an offered seat can be confirmed, stated without a database."""

from datetime import datetime

from shared.errors import ConflictError
from shared.i18n import Text


class OfferExpiredError(ConflictError):
    """The deadline of the offer has passed; the seat goes to the next in line."""

    code = "offer-expired"
    title = Text(
        "Batas waktu daftar ulang sudah lewat.", "The deadline for confirming the seat has passed."
    )


def is_over(confirm_by: datetime | None, *, now: datetime) -> bool:
    """Tell whether an offer has lapsed: the deadline itself is too late."""
    return confirm_by is not None and confirm_by <= now


def check_in_time(confirm_by: datetime | None, *, now: datetime) -> None:
    """Refuse to confirm a seat that is no longer held.

    Raises:
        OfferExpiredError: with the deadline.
    """
    if confirm_by is not None and is_over(confirm_by, now=now):
        raise OfferExpiredError(
            extra={
                "present": "EXPIRED",
                "allowed": ["OFFERED"],
                "confirm_by": confirm_by.isoformat(),
            }
        )
