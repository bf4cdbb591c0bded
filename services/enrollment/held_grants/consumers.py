"""What enrollment does when the registry has said who may act for whom."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.held_grants.tables import HeldGrant
from shared.db import grants
from shared.schemas.events import EventRead


async def follow_grants(session: AsyncSession, events: list[EventRead]) -> None:
    """Keep the assignments that were granted, changed or revoked."""
    await grants.follow_grants(session, HeldGrant, events)


async def forget_grants(session: AsyncSession) -> None:
    """Forget who may do what: the registry was restored, and tells it again."""
    await grants.forget_grants(session, HeldGrant)
