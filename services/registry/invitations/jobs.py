"""Background work on invitations."""

from datetime import timedelta
from typing import Final

from services.registry.invitations.operations import expire_invitations, forget_tries
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 500


async def end_invitations(context: WorkerContext) -> None:
    """Note which invitations have expired, and forget who tried codes long ago."""
    now = utc_now()
    ended = _AT_ONCE
    while ended == _AT_ONCE:
        async with context.transaction() as session:
            ended = await expire_invitations(session, now=now, limit=_AT_ONCE)
    async with context.transaction() as session:
        await forget_tries(session, now=now)


END_INVITATIONS: Final = Cron("end-invitations", timedelta(minutes=5), end_invitations)
