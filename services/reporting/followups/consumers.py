"""What becomes of follow-ups when an enrollment has another facility, or a person another id."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followups.operations import reassign_followups, relocate_followups
from shared.schemas.enrollment import EnrollmentMoved, ParticipantMerged, Topic
from shared.schemas.events import EventRead


async def follow_people(session: AsyncSession, events: list[EventRead]) -> None:
    """Let follow-ups of somebody who was merged be those of the one who stays."""
    for event in events:
        if event.topic == Topic.PARTICIPANT_MERGED:
            merged = ParticipantMerged.model_validate(event.payload)
            await reassign_followups(session, gone=merged.from_id, stays=merged.participant_id)


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
