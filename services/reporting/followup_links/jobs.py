"""Links leave through enrollment, which alone knows how somebody is reached."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.reporting.followup_links import operations, rules
from services.reporting.followup_links.operations import HandedOver
from shared.clock import utc_now
from shared.http.client import UpstreamRefusedError, UpstreamUnavailableError, post_json
from shared.ids import new_id
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

# As many as enrollment takes in one request.
_AT_ONCE: Final = 100
_log = get_logger(__name__)


async def send_links(context: WorkerContext) -> None:
    """Hand over what is wanted, a hundred at a time, until nothing is or enrollment is away."""
    handed: list[HandedOver] = []
    while True:
        now = utc_now()
        async with context.transaction() as session:
            handed = await operations.hand_over(session, now=now, limit=_AT_ONCE)
        if not handed or not await _send(context, handed):
            break
    async with context.transaction() as session:
        await operations.forget_tokens(session, now=utc_now())


async def _send(context: WorkerContext, handed: Sequence[HandedOver]) -> bool:
    """Order notices for links with the same words; tell whether enrollment took them all."""
    groups: dict[tuple[str, int, datetime], list[HandedOver]] = defaultdict(list)
    for each in handed:
        kind = "FOLLOW_UP_REMINDER" if each.attempt == rules.BEFORE_CLOSING else "FOLLOW_UP"
        groups[kind, each.months, each.expires_at].append(each)
    for (kind, months, expires_at), each_group in groups.items():
        body = {
            "kind": kind,
            "path": rules.PAGE,
            "months": months,
            "expires_at": expires_at.isoformat(),
            "recipients": [_recipient(each) for each in each_group],
        }
        try:
            told = await _order(context, body)
        except (UpstreamUnavailableError, UpstreamRefusedError) as error:
            _log.warning("followup-links-not-sent", links=len(each_group), code=error.code)
            return False
        async with context.transaction() as session:
            await operations.settle(session, each_group, told, now=utc_now())
    return True


def _recipient(each: HandedOver) -> dict[str, Any]:
    return {
        "participant_id": str(each.participant_id),
        "occasion_id": str(each.link_id),
        "token": each.token,
    }


async def _order(context: WorkerContext, body: dict[str, Any]) -> dict[UUID, str]:
    """Return what became of each link, by its id: QUEUED, ALREADY or UNKNOWN."""
    told = await post_json(
        context.clients["enrollment"],
        "/v1/notices",
        body=body,
        idempotency_key=str(new_id()),
        retry_safe=True,
    )
    return {UUID(each["occasion_id"]): str(each["outcome"]) for each in told["items"]}


SEND_LINKS: Final = Cron("followup-links", timedelta(minutes=1), send_links)
