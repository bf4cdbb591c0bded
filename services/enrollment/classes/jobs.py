"""Background work on what the registry has reserved for classes."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.enrollment import gateways
from services.enrollment.classes import operations
from services.enrollment.classes.queries import find_unsettled, list_unsettled
from services.enrollment.classes.schemas import SettleReservations
from shared.clock import utc_now
from shared.errors import ServiceError, UnavailableError
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 5
_LEFT_AT_ONCE: Final = 100
# Confirm; hold anew what lapsed and confirm that; release it when the class was dropped meanwhile.
_STEPS: Final = 4
_log = get_logger(__name__)


async def settle(context: WorkerContext, class_id: UUID) -> None:
    """Settle with the registry what a class has reserved, step by step.

    Each step is written down before the next: whoever begins again goes on where it ended.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when a reservation has lapsed and cannot be had again.
    """
    for _ in range(_STEPS):
        if not await _step(context, class_id):
            return


async def _step(context: WorkerContext, class_id: UUID) -> bool:
    """Do what is next; tell whether there was anything to do."""
    registry = context.clients["registry"]
    async with context.transaction() as session:
        left = await find_unsettled(session, class_id)
    if left is None:
        return False
    booking_id = left.booking_id
    if left.dropped:
        await gateways.release_class(registry, class_id, booking_id=booking_id)
        async with context.transaction() as session:
            await operations.forget_reservation(session, class_id, booking_id=booking_id)
    elif await gateways.confirm_class(registry, class_id, booking_id=booking_id):
        async with context.transaction() as session:
            await operations.keep_reservation(
                session, class_id, booking_id=booking_id, now=utc_now()
            )
    else:
        anew = await gateways.reserve_class(registry, class_id, left.wanted)
        async with context.transaction() as session:
            await operations.keep_booking(session, class_id, booking_id=anew.booking_id)
    return True


async def _settle_all(context: WorkerContext, class_ids: list[UUID]) -> list[ServiceError]:
    """Settle some classes side by side; return what refused, and let all else pass."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def settled(class_id: UUID) -> ServiceError | None:
        async with turns:
            try:
                await settle(context, class_id)
            except ServiceError as error:
                _log.warning("reservation-unsettled", class_id=str(class_id), code=_code(error))
                return error
            return None

    found = await asyncio.gather(*(settled(each) for each in class_ids))
    return [each for each in found if each is not None]


def _code(error: ServiceError) -> str:
    return str(getattr(error, "upstream_code", error.code))


async def settle_reservations(context: JobContext, payload: SettleReservations) -> dict[str, Any]:
    """Settle the reservations of classes that were planned or cancelled; none stops the others."""
    refused = await _settle_all(context, payload.class_ids)
    if refused:
        raise refused[0]
    return {"classes": len(payload.class_ids)}


async def settle_left_over(context: WorkerContext) -> None:
    """Settle what no job could, for as long as it takes: the registry may have been away."""
    after = None
    while True:
        async with context.transaction() as session:
            left = list(await list_unsettled(session, after=after, limit=_LEFT_AT_ONCE))
        refused = await _settle_all(context, left)
        away = any(isinstance(each, UnavailableError) for each in refused)
        if away or len(left) < _LEFT_AT_ONCE:
            return
        after = left[-1]


HANDLER: Final = JobHandler(SettleReservations.kind, SettleReservations, settle_reservations)
SETTLE_LEFT_OVER: Final = Cron("settle-reservations", timedelta(minutes=1), settle_left_over)
