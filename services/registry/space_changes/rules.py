"""What refuses to change a space that somebody has."""

from collections.abc import Iterable

from services.registry.bookings.rules import Span
from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text


class SpaceBookedError(ConflictError):
    """Somebody has the space after that; `clashes` are the ranges, not who."""

    code = "space-booked"
    title = Text(
        "Ruang masih dipesan untuk waktu mendatang.", "The space is booked for times to come."
    )


class CapacityBookedError(ConflictError):
    """More people are coming than the space would hold."""

    code = "space-capacity-booked"
    title = Text(
        "Pemesanan mendatang memuat lebih banyak orang.",
        "Bookings to come are for more people than that.",
    )


class ClosureNotFoundError(NotFoundError):
    """The space has no such time out of service."""

    code = "space-closure-not-found"
    title = Text("Penutupan sementara tidak ditemukan.", "There is no such closure of the space.")


def booked(spans: Iterable[Span]) -> SpaceBookedError:
    """Return the refusal that names the ranges at which somebody has the space."""
    ranges = [
        {"starts_at": each.starts_at.isoformat(), "ends_at": each.ends_at.isoformat()}
        for each in sorted(spans)
    ]
    return SpaceBookedError(extra={"clashes": ranges})


def check_capacity(capacity: int, *, people: int | None) -> None:
    """Refuse a capacity below the people of the fullest booking to come, if there is one.

    Raises:
        CapacityBookedError: with how many are coming.
    """
    if people is not None and capacity < people:
        raise CapacityBookedError(
            Text(
                f"Pemesanan mendatang memuat {people} orang.",
                f"{people} people are coming at one time.",
            ),
            pointer="/capacity",
        )
