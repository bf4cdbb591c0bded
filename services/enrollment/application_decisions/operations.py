"""Writing on applications what a selection gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.operations import tell
from services.enrollment.applications.rules import check_move
from services.enrollment.applications.tables import Application
from shared.schemas.enrollment import ApplicationState, Topic


@dataclass(frozen=True, slots=True)
class Decided:
    """What a selection gave an application: a place, a place in line, or nothing."""

    participant_id: UUID
    application_id: UUID
    state: ApplicationState
    class_id: UUID | None = None
    enrollment_id: UUID | None = None
    reasons: tuple[str, ...] = ()


async def decide(session: AsyncSession, decided: Sequence[Decided], *, now: datetime) -> None:
    """Write what a selection gave to applications, with their events in one statement.

    The rows are locked in the order of their keys. Who withdrew meanwhile must not be in `decided`.

    Raises:
        ApplicationStateError: when one of them is not SUBMITTED.
    """
    wanted = {each.application_id: each for each in decided}
    statement = (
        select(Application)
        .where(
            Application.participant_id.in_([each.participant_id for each in decided]),
            Application.id.in_(wanted),
        )
        .order_by(Application.participant_id, Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = (await session.scalars(statement)).all()
    before: dict[UUID, ApplicationState | None] = {row.id: row.state for row in rows}
    for row in rows:
        each = wanted[row.id]
        check_move(present=row.state, wanted=each.state)
        row.state, row.class_id, row.enrollment_id = each.state, each.class_id, each.enrollment_id
        row.reasons = list(each.reasons)
        row.version += 1
        row.updated_at = now
    await session.flush()
    await tell(session, rows, before=before, topic=Topic.APPLICATION_DECIDED, now=now)
