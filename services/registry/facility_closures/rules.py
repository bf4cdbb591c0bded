"""What refuses to close a facility that somebody is to use."""

from collections.abc import Iterable
from uuid import UUID

from services.registry.bookings.rules import Span
from shared.errors import ConflictError
from shared.i18n import Text


class FacilityBookedError(ConflictError):
    """Somebody has its spaces for times to come; `clashes` are spaces and ranges, not who."""

    code = "facility-booked"
    title = Text(
        "Balai masih dipesan untuk waktu mendatang; batalkan pemesanannya dahulu.",
        "The facility is booked for times to come; cancel these bookings first.",
    )


def booked(ranges: Iterable[tuple[UUID, Span]]) -> FacilityBookedError:
    """Return the refusal that names the spaces that somebody has, and when."""
    clashes = [
        {
            "space_id": str(space_id),
            "starts_at": span.starts_at.isoformat(),
            "ends_at": span.ends_at.isoformat(),
        }
        for space_id, span in ranges
    ]
    return FacilityBookedError(extra={"clashes": clashes})
