"""Legal holds placed and lifted."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.legal_holds import rules
from services.enrollment.legal_holds.schemas import HoldCreate
from services.enrollment.legal_holds.tables import LegalHold
from services.enrollment.participants.tables import Participant
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import LegalHoldMoved, Topic
from shared.scope import Place


async def place_hold(
    session: AsyncSession, person: Participant, body: HoldCreate, *, now: datetime, today: date
) -> LegalHold:
    """Keep a person from being erased.

    Raises:
        HoldKindError, HoldPeriodError: when it would hold nothing.
    """
    rules.check_hold(body.kind, body.until, today=today)
    hold = LegalHold(
        participant_id=person.id,
        id=new_id(),
        kind=body.kind,
        reference=body.reference,
        until=body.until,
        placed_by=session.info["actor"].name,
        placed_at=now,
    )
    session.add(hold)
    await session.flush()
    await _tell(session, hold, Topic.LEGAL_HOLD_PLACED, now=now)
    return hold


async def lift_hold(session: AsyncSession, hold: LegalHold, *, now: datetime) -> LegalHold:
    """Let a person be erased again, as far as this hold goes.

    Raises:
        HoldLiftedError: when it was lifted before.
    """
    if hold.lifted_at is not None:
        raise rules.HoldLiftedError(extra={"present": "LIFTED", "allowed": []})
    hold.lifted_at = now
    hold.lifted_by = session.info["actor"].name
    await session.flush()
    await _tell(session, hold, Topic.LEGAL_HOLD_LIFTED, now=now)
    return hold


async def _tell(session: AsyncSession, hold: LegalHold, topic: Topic, *, now: datetime) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=hold.participant_id,
        event=LegalHoldMoved(
            hold_id=hold.id,
            participant_id=hold.participant_id,
            kind=hold.kind.value,
            lifted_at=hold.lifted_at,
        ),
        place=Place(participant_id=hold.participant_id),
        occurred_at=now,
    )
