"""What refuses the hours of a referral, without a database."""

from datetime import timedelta
from typing import Final

from shared.errors import NotFoundError
from shared.i18n import Text

HOLD: Final = timedelta(minutes=15)


class ReferralNotBookedError(NotFoundError):
    """The referral has no such booking: it was never made, lapsed, or gave way to another."""

    code = "referral-not-booked"
    title = Text(
        "Rujukan tidak mempunyai pemesanan ini.", "The referral does not have this booking."
    )
