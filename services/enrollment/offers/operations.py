"""What becomes of offered seats, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.queries import get_class
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.operations import (
    Move,
    give_claims_back,
    lock_enrollment,
    move_enrollments,
    promote_waiting,
)
from services.enrollment.enrollments.rules import EnrollmentStateError, check_state_change
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.offers import queries, rules
from shared.i18n import Text
from shared.schemas.enrollment import EnrollmentState, Topic
from shared.scope import Scope

_LAPSED: Final = "offer-expired"


async def confirm_offer(
    session: AsyncSession, *, scope: Scope, class_id: UUID, enrollment_id: UUID, now: datetime
) -> Enrollment:
    """Take the seat that is held for somebody.

    Raises:
        EnrollmentUnknownError: when the scope sees no such enrollment.
        OutsideScopeError: when the scope may read it only.
        EnrollmentStateError: when no seat is offered.
        OfferExpiredError: when the deadline has passed.
    """
    class_, row = await lock_enrollment(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    check_offered(row.state)
    rules.check_in_time(row.confirm_by, now=now)
    move = Move(row, Topic.CONFIRMED, state=EnrollmentState.SEATED)
    await move_enrollments(session, class_=class_, moves=[move], now=now)
    return row


def check_offered(present: EnrollmentState) -> None:
    """Refuse what asks for an open offer.

    Raises:
        EnrollmentStateError: when no seat is offered.
    """
    # Nothing but an offer can be declined: the rule knows what is allowed instead.
    try:
        check_state_change(present=present, wanted=EnrollmentState.DECLINED)
    except EnrollmentStateError as error:
        raise EnrollmentStateError(
            Text(
                f"Kepesertaan {present} tidak mempunyai tawaran kursi yang terbuka.",
                f"A {present} enrollment has no open offer of a seat.",
            ),
            extra=error.extra,
        ) from error


async def decline_offer(
    session: AsyncSession,
    *,
    scope: Scope,
    class_id: UUID,
    enrollment_id: UUID,
    reason: str | None,
    now: datetime,
) -> Enrollment:
    """Leave the seat that is held for somebody to the next in line.

    Raises:
        EnrollmentUnknownError: when the scope sees no such enrollment.
        OutsideScopeError: when the scope may read it only.
        EnrollmentStateError: when no seat is offered.
    """
    class_, row = await lock_enrollment(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    check_offered(row.state)
    move = Move(row, Topic.DECLINED, state=EnrollmentState.DECLINED, reason=reason)
    await move_enrollments(session, class_=class_, moves=[move], now=now)
    await give_claims_back(session, class_=class_, enrollments=[row])
    await promote_waiting(session, class_=class_, now=now)
    await session.flush()
    return row


async def end_offers(
    session: AsyncSession, *, class_: Class, offers: Sequence[Enrollment], now: datetime
) -> int:
    """End offers of a locked class that nobody has confirmed; return how many.

    Their people may claim a place elsewhere. Whoever calls this promotes the waiting.
    """
    if not offers:
        return 0
    moves = [
        Move(each, Topic.EXPIRED, state=EnrollmentState.EXPIRED, reason=_LAPSED) for each in offers
    ]
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    await give_claims_back(session, class_=class_, enrollments=offers)
    return len(offers)


async def expire_offers(session: AsyncSession, *, class_id: UUID, now: datetime) -> int:
    """End the offers of a class whose deadline has passed, and promote the next in line.

    Return how many have lapsed.
    """
    class_ = await get_class(session, class_id, for_update=True)
    lapsed = await queries.open_offers(session, class_id, until=now)
    ended = await end_offers(session, class_=class_, offers=lapsed, now=now)
    await promote_waiting(session, class_=class_, now=now)
    await session.flush()
    return ended
