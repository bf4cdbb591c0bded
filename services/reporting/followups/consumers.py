"""What becomes of follow-ups when an enrollment has gone over to another facility."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followups.operations import relocate_followups
from shared.schemas.enrollment import EnrollmentMoved, Topic
from shared.schemas.events import EventRead


async def follow_relocations(session: AsyncSession, events: list[EventRead]) -> None:
    """Count what was recorded where the enrollment is now; told again, nothing changes."""
    latest: dict[UUID, EnrollmentMoved] = {}
    moves = [event for event in events if event.topic == Topic.RELOCATED]
    for event in sorted(moves, key=lambda each: each.version):
        moved = EnrollmentMoved.model_validate(event.payload)
        latest[moved.enrollment_id] = moved
    if latest:
        cells = {enrollment_id: moved.after for enrollment_id, moved in latest.items()}
        await relocate_followups(session, cells)
