"""The erasure of a person in all services; each says what it did, and the receipt says so."""

from datetime import timedelta
from typing import Any, Final

from services.enrollment import gateways
from services.enrollment.erasures import operations, rules
from services.enrollment.merged_participants.queries import ids_of
from services.enrollment.privacy_requests.operations import close_request, order_work
from services.enrollment.privacy_requests.queries import get_request, lock_person, stalled
from services.enrollment.privacy_requests.rules import RequestState
from services.enrollment.privacy_requests.schemas import ErasePerson
from shared.clock import ledger_day, utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.scope import NATIONAL

_AT_ONCE: Final = 50
_STALLED_AFTER: Final = timedelta(minutes=10)


async def _erase_here(context: JobContext, payload: ErasePerson) -> bool:
    now = utc_now()
    async with context.transaction() as session:
        seen = await get_request(session, payload.request_id, scope=NATIONAL)
        person = await lock_person(session, seen.participant_id)
        request = await get_request(session, seen.id, scope=NATIONAL, for_update=True)
        return await operations.erase_person(
            session, person, request, now=now, today=ledger_day(now)
        )


async def _erase_there(context: JobContext, payload: ErasePerson, service: str) -> None:
    async with context.transaction() as session:
        request = await get_request(session, payload.request_id, scope=NATIONAL)
        if operations.said_by(request, service):
            return
        ids = await ids_of(session, request.participant_id)
    erased = [
        await gateways.erase_person(
            context.clients[service],
            each,
            idempotency_key=operations.key_of(payload.request_id, service, each),
        )
        for each in ids
    ]
    async with context.transaction() as session:
        request = await get_request(session, payload.request_id, scope=NATIONAL, for_update=True)
        if not operations.said_by(request, service):
            operations.add_step(request, rules.summed(erased))


async def erase_person(context: JobContext, payload: ErasePerson) -> dict[str, Any]:
    """Erase a person here, then have the other services erase; begun anew, it goes on."""
    if not await _erase_here(context, payload):
        return {"services": 0}
    for done, service in enumerate(gateways.OTHERS, start=1):
        await _erase_there(context, payload, service)
        await context.progress(done + 1, len(gateways.OTHERS) + 1)
    async with context.transaction() as session:
        request = await get_request(session, payload.request_id, scope=NATIONAL, for_update=True)
        if request.state is RequestState.IN_PROGRESS:
            await close_request(session, request, steps=[], now=utc_now())
    return {"services": len(gateways.OTHERS) + 1}


async def push_on(context: WorkerContext) -> None:
    """Order anew what a service that was away, or a worker that died, has left undone."""
    async with context.transaction() as session:
        left = await stalled(session, before=utc_now() - _STALLED_AFTER, limit=_AT_ONCE)
        for request in left:
            await order_work(session, request)


ERASE_PERSON: Final = JobHandler(ErasePerson.kind, ErasePerson, erase_person)
PUSH_REQUESTS_ON: Final = Cron("push-privacy-requests-on", timedelta(minutes=10), push_on)
