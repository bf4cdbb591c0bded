"""The end of agreements, within the caller's transaction."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_ends.queries import classes_under
from services.registry.agreement_ends.rules import check_unused
from services.registry.agreements import operations
from services.registry.agreements.schemas import AgreementRead, Termination
from shared.scope import Scope


async def end_agreement(
    session: AsyncSession,
    agreement_id: UUID,
    body: Termination,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> AgreementRead:
    """End an agreement before its time, unless classes are planned under it from that day on.

    The agreement is locked first: whoever reserves for a class meanwhile waits, and is refused.

    Raises:
        What `terminate_agreement` of the agreements raises.
        AgreementInUseError: when classes are planned under it.
    """
    ended = await operations.terminate_agreement(
        session, agreement_id, body, scope=scope, now=now, today=today
    )
    check_unused(await classes_under(session, agreement_id, day=body.day), day=body.day)
    return ended
