"""Reads of contact codes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.contacts.rules import CodePurpose
from services.enrollment.contacts.tables import ContactCode


async def codes_in_force(
    session: AsyncSession,
    participant_id: UUID,
    *,
    purpose: CodePurpose,
    holder: str,
    now: datetime,
) -> Sequence[ContactCode]:
    """Return the locked codes that a login asked for and that are still good, the newest first."""
    statement = (
        select(ContactCode)
        .where(
            ContactCode.participant_id == participant_id,
            ContactCode.purpose == purpose,
            ContactCode.holder == holder,
            ContactCode.used_at.is_(None),
            ContactCode.expires_at > now,
        )
        .order_by(ContactCode.id.desc())
        .with_for_update()
    )
    return (await session.scalars(statement)).all()
