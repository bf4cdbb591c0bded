"""Background work on the hours that referrals have at the registry."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.enrollment import gateways
from services.enrollment.referral_sendings import operations
from services.enrollment.referrals import queries
from services.enrollment.referrals.schemas import SettleReferrals
from shared.clock import utc_now
from shared.errors import ServiceError, UnavailableError
from shared.http.client import UpstreamRefusedError
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 5
_LEFT_AT_ONCE: Final = 100
# Confirm; book anew what lapsed and confirm that; release it when the referral ended meanwhile.
_STEPS: Final = 4
_log = get_logger(__name__)


async def settle(context: WorkerContext, referral_id: UUID) -> None:
    """Settle with the registry the hours of a referral, step by step.

    Each step is written down before the next: whoever begins again goes on where it ended.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    for _ in range(_STEPS):
        if not await _step(context, referral_id):
            return


async def _step(context: WorkerContext, referral_id: UUID) -> bool:
    """Do what is next; tell whether there was anything to do."""
    registry = context.clients["registry"]
    async with context.transaction() as session:
        left = queries.unsettled_of(await queries.find_referral(session, referral_id))
    if left is None:
        return False
    booking_id = left.booking_id
    if left.dropped:
        await gateways.release_hours(registry, referral_id, booking_id=booking_id)
        async with context.transaction() as session:
            await operations.forget_hours(session, referral_id, booking_id=booking_id)
    elif await gateways.confirm_hours(registry, referral_id, booking_id=booking_id):
        async with context.transaction() as session:
            await operations.keep_hours(session, referral_id, booking_id=booking_id, now=utc_now())
    else:
        await _book_anew(context, referral_id, left)
    return True


async def _book_anew(context: WorkerContext, referral_id: UUID, left: queries.Unsettled) -> None:
    """Book again what lapsed; hours that somebody else has by now end the referral."""
    try:
        anew = await gateways.book_hours(context.clients["registry"], referral_id, left.wanted)
    except UpstreamRefusedError as error:
        async with context.transaction() as session:
            await operations.lose_hours(
                session,
                referral_id,
                booking_id=left.booking_id,
                reason=error.upstream_code,
                now=utc_now(),
            )
        return
    async with context.transaction() as session:
        await operations.exchange_hours(
            session, referral_id, lapsed=left.booking_id, booking_id=anew.booking_id
        )


async def _settle_all(context: WorkerContext, referral_ids: list[UUID]) -> list[ServiceError]:
    """Settle some referrals side by side; return what refused, and let all else pass."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def settled(referral_id: UUID) -> ServiceError | None:
        async with turns:
            try:
                await settle(context, referral_id)
            except ServiceError as error:
                _log.warning("referral-unsettled", referral_id=str(referral_id), code=error.code)
                return error
            return None

    found = await asyncio.gather(*(settled(each) for each in referral_ids))
    return [each for each in found if each is not None]


async def settle_referrals(context: JobContext, payload: SettleReferrals) -> dict[str, Any]:
    """Settle the hours of referrals that were sent or ended; none stops the others."""
    refused = await _settle_all(context, payload.referral_ids)
    if refused:
        raise refused[0]
    return {"referrals": len(payload.referral_ids)}


async def settle_left_over(context: WorkerContext) -> None:
    """Settle what no job could, for as long as it takes: the registry may have been away."""
    after = None
    while True:
        async with context.transaction() as session:
            left = list(await queries.list_unsettled(session, after=after, limit=_LEFT_AT_ONCE))
        refused = await _settle_all(context, left)
        away = any(isinstance(each, UnavailableError) for each in refused)
        if away or len(left) < _LEFT_AT_ONCE:
            return
        after = left[-1]


HANDLER: Final = JobHandler(SettleReferrals.kind, SettleReferrals, settle_referrals)
SETTLE_REFERRALS: Final = Cron("settle-referrals", timedelta(minutes=1), settle_left_over)
