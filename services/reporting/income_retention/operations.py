"""The erasure of amounts of income that were kept long enough."""

from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.followups.tables import FollowUp, FollowUpVersion
from services.reporting.income_retention.rules import kept_since
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.reporting import IncomesForgotten, Topic
from shared.scope import Place

AT_ONCE = 1_000


async def forget_incomes(session: AsyncSession, *, now: datetime) -> int:
    """Erase up to AT_ONCE pairs of amounts, and as many of versions; return the larger number.

    What was counted stays counted.
    """
    before = kept_since(now)
    due = (
        select(FollowUp.recorded_at, FollowUp.id)
        .where(FollowUp.incomes_cipher.is_not(None), FollowUp.recorded_at < before)
        .order_by(FollowUp.recorded_at, FollowUp.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    keys = (await session.execute(due)).all()
    versions = await _forget_versions(session, before=before)
    if keys or versions:
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
            event=IncomesForgotten(before=before, rows=len(keys) + versions),
            place=Place(),
            occurred_at=now,
        )
    return max(len(keys), versions)


async def _forget_versions(session: AsyncSession, *, before: datetime) -> int:
    """Erase up to AT_ONCE pairs of amounts that were corrected since, and return how many."""
    due = (
        select(FollowUpVersion.followup_id, FollowUpVersion.version)
        .where(FollowUpVersion.incomes_cipher.is_not(None), FollowUpVersion.recorded_at < before)
        .order_by(FollowUpVersion.recorded_at, FollowUpVersion.followup_id, FollowUpVersion.version)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    keys = (await session.execute(due)).all()
    if keys:
        place = tuple_(FollowUpVersion.followup_id, FollowUpVersion.version)
        await session.execute(
            update(FollowUpVersion)
            .where(place.in_([tuple(each) for each in keys]))
            .values(incomes_cipher=None, incomes_key_id=None)
            .execution_options(synchronize_session=False)
        )
    return len(keys)
