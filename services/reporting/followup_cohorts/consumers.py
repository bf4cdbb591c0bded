"""What reporting does when it is told that a class is over, or somewhere else."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followup_cohorts.operations import plan_cohorts, relocate_cohorts
from shared.clock import ledger_day, utc_now
from shared.schemas.enrollment import ClassCell, ClassMoved, Topic
from shared.schemas.events import EventRead

_TOPICS: Final = frozenset({Topic.CLASS_COMPLETED, Topic.CLASS_RELOCATED})


async def follow_classes(session: AsyncSession, events: list[EventRead]) -> None:
    """Plan the follow-up of classes that have ended, and keep it where the classes are."""
    completed: dict[UUID, tuple[ClassCell, date]] = {}
    moved: dict[UUID, tuple[int, ClassCell]] = {}
    for event in events:
        if event.topic not in _TOPICS:
            continue
        told = ClassMoved.model_validate(event.payload)
        if event.topic == Topic.CLASS_COMPLETED:
            completed[told.class_id] = told.after, ledger_day(event.occurred_at)
        elif event.version >= moved.get(told.class_id, (0, told.after))[0]:
            moved[told.class_id] = event.version, told.after
    if completed:
        await plan_cohorts(session, completed, now=utc_now())
    if moved:
        cells = {class_id: cell for class_id, (_, cell) in moved.items()}
        await relocate_cohorts(session, cells)
