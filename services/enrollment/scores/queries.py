"""Reads of scores."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.tables import Application
from services.enrollment.scores.tables import Score


async def find_score(
    session: AsyncSession, application: Application, criterion: str, *, for_update: bool = False
) -> Score | None:
    """Return what an application was given for a criterion; locked when it is about to change."""
    return await session.get(
        Score,
        (application.participant_id, application.id, criterion),
        with_for_update=for_update or None,
        populate_existing=for_update,
    )


async def list_scores(
    session: AsyncSession, application: Application, *, after: str | None = None, limit: int
) -> Sequence[Score]:
    """Return up to `limit` scores of an application in the order of their criteria."""
    statement = (
        select(Score)
        .where(
            Score.participant_id == application.participant_id,
            Score.application_id == application.id,
        )
        .order_by(Score.criterion)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Score.criterion > after)
    return (await session.scalars(statement)).all()
