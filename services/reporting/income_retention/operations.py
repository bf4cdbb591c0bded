"""The erasure of amounts of income that were kept long enough."""

from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.followups.tables import FollowUp
from services.reporting.income_retention.rules import kept_since
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.reporting import IncomesForgotten, Topic
from shared.scope import Place

AT_ONCE = 1_000


async def forget_incomes(session: AsyncSession, *, now: datetime) -> int:
    """Erase up to AT_ONCE pairs of amounts, and return how many; what was counted stays counted."""
    before = kept_since(now)
    due = (
        select(FollowUp.recorded_at, FollowUp.id)
        .where(FollowUp.incomes_cipher.is_not(None), FollowUp.recorded_at < before)
        .order_by(FollowUp.recorded_at, FollowUp.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    keys = (await session.execute(due)).all()
    if keys:
        await session.execute(
            update(FollowUp)
            .where(tuple_(FollowUp.recorded_at, FollowUp.id).in_([tuple(each) for each in keys]))
            .values(incomes_cipher=None, incomes_key_id=None, version=FollowUp.version + 1)
            .execution_options(synchronize_session=False)
        )
        await emit(
            session,
            Event,
            topic=Topic.INCOMES_FORGOTTEN,
            stream_id=new_id(),
            event=IncomesForgotten(before=before, rows=len(keys)),
            place=Place(),
            occurred_at=now,
        )
    return len(keys)
