"""The business time: the real clock, or in a demonstration the hour that its story has reached.

Only decisions of the domain take it (windows, openings, promotions), and an event's `occurred_at`
says it. Tokens, leases, `recorded_at` and with it the days of figures keep the real clock.
"""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request

from shared.clock import utc_now
from shared.errors import BadRequestError, UnauthorizedError
from shared.i18n import Text
from shared.web.auth import Verifier

HEADER: Final = "Balai-Business-Time"


class BusinessTimeRefusedError(BadRequestError):
    """The header is not signed by the demonstration's key, or the data are real."""

    code = "business-time-refused"
    title = Text("Waktu demonstrasi ditolak.", "The time of the demonstration is refused.")


async def present_moment(request: Request) -> datetime:
    """Return the moment by which the request is to be judged.

    Raises:
        BusinessTimeRefusedError: when the header is there in production, or is not to be believed.
    """
    header = request.headers.get(HEADER)
    if header is None:
        return utc_now()
    # In production the verifier knows no issuer of demonstrations, so that nothing is believed.
    verifier: Verifier = request.scope["state"]["verifier"]
    try:
        return await verifier.business_time(header)
    except UnauthorizedError as error:
        raise BusinessTimeRefusedError from error


Now = Annotated[datetime, Depends(present_moment)]
