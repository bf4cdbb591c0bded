"""The gathering of a copy over all three services."""

from datetime import timedelta
from typing import Any, Final

from services.enrollment import gateways
from services.enrollment.access_copies import operations, rules
from services.enrollment.identities.rules import NikKeys
from services.enrollment.merged_participants.queries import ids_of
from services.enrollment.person_keys.rules import PersonErasedError
from services.enrollment.privacy_requests.operations import close_request, refuse_request
from services.enrollment.privacy_requests.queries import get_request
from services.enrollment.privacy_requests.rules import RefusalReason, RequestState, step
from services.enrollment.privacy_requests.schemas import GatherCopy
from shared.clock import utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.schemas.enrollment import PersonRecords
from shared.scope import NATIONAL

_AT_ONCE: Final = 100


async def _gather(context: JobContext, payload: GatherCopy, keys: NikKeys) -> dict[str, Any]:
    async with context.transaction() as session:
        request = await get_request(session, payload.request_id, scope=NATIONAL)
        if request.state is not RequestState.IN_PROGRESS:
            return {"gathered": 0}
        person_id = request.participant_id
        gathered = {"enrollment": await operations.own_records(session, person_id, keys=keys)}
        ids = await ids_of(session, person_id)
    for name in gateways.OTHERS:
        told = [await gateways.person_records(context.clients[name], each) for each in ids]
        gathered[name] = rules.united(told)
        await context.progress(len(gathered), len(gateways.OTHERS) + 1)
    await _keep(context, payload, gathered, keys=keys)
    return {
        "gathered": sum(len(rows) for each in gathered.values() for rows in each.records.values())
    }


async def _keep(
    context: JobContext, payload: GatherCopy, gathered: dict[str, PersonRecords], *, keys: NikKeys
) -> None:
    now = utc_now()
    async with context.transaction() as session:
        request = await get_request(session, payload.request_id, scope=NATIONAL, for_update=True)
        if request.state is not RequestState.IN_PROGRESS:
            return
        try:
            await operations.keep_copy(
                session,
                participant_id=request.participant_id,
                request_id=request.id,
                gathered=gathered,
                keys=keys,
                now=now,
            )
        except PersonErasedError:
            why = RefusalReason.NOTHING_TO_DO
            await refuse_request(session, request, reason=why, again=None, now=now)
            return
        steps = [
            step(name, "gathered", {key: len(rows) for key, rows in each.records.items()}, at=now)
            for name, each in gathered.items()
        ]
        await close_request(session, request, steps=steps, now=now)


def gather_handler(keys: NikKeys) -> JobHandler[GatherCopy]:
    """Return what gathers copies and seals them with `keys`."""

    async def gather_copy(context: JobContext, payload: GatherCopy) -> dict[str, Any]:
        return await _gather(context, payload, keys)

    return JobHandler(GatherCopy.kind, GatherCopy, gather_copy)


async def expire_copies(context: WorkerContext) -> None:
    """Delete copies that have expired, some in a transaction."""
    dropped = _AT_ONCE
    while dropped == _AT_ONCE:
        async with context.transaction() as session:
            dropped = await operations.drop_copies(session, now=utc_now(), limit=_AT_ONCE)


EXPIRE_COPIES: Final = Cron("expire-access-copies", timedelta(hours=1), expire_copies)
