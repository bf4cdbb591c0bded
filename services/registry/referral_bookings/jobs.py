"""Background work on the hours of referrals."""

from datetime import timedelta
from typing import Final

from services.registry.bookings.queries import lapsed_referrals
from services.registry.referral_bookings.operations import release_lapsed
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 50
_log = get_logger(__name__)


async def release_referral_holds(context: WorkerContext) -> None:
    """Take back hours that referrals held and nobody confirmed in time, one a transaction."""
    while True:
        now = utc_now()
        async with context.transaction() as session:
            lapsed = await lapsed_referrals(session, now=now, limit=_AT_ONCE)
        for referral_id in lapsed:
            async with context.transaction() as session:
                released = await release_lapsed(session, referral_id, now=now)
            _log.info("hold-lapsed", referral_id=str(referral_id), released=released)
        if len(lapsed) < _AT_ONCE:
            return


RELEASE_REFERRAL_HOLDS: Final = Cron(
    "release-referral-holds", timedelta(seconds=10), release_referral_holds
)
