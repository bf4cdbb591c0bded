"""Writing on applications what a selection gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.operations import moved_draft
from services.enrollment.applications.queries import Was, cell_of
from services.enrollment.applications.rules import check_move
from services.enrollment.applications.tables import Application, ApplicationChoice
from services.enrollment.base import Event
from shared.db.events import emit_all
from shared.schemas.enrollment import ApplicationState, Topic

_GIVEN: Final = (
    column("participant_id", Uuid),
    column("application_id", Uuid),
    column("state", Text),
    column("class_id", Uuid),
    column("enrollment_id", Uuid),
    column("reasons", ARRAY(Text)),
)


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
    """Write what a selection gave to applications, with their events, in a few statements for all.

    The rows are locked in the order of their keys. Who withdrew meanwhile must not be in `decided`.

    Raises:
        ApplicationStateError: when one of them is not SUBMITTED.
    """
    before = await _lock(session, decided)
    for each in decided:
        check_move(present=before[each.application_id], wanted=each.state)
    given = func.jsonb_to_recordset(literal(list(map(_packed, decided)), JSONB)).table_valued(
        *_GIVEN
    )
    given = given.render_derived(name="given", with_types=True)
    choices = (
        select(func.count())
        .where(
            ApplicationChoice.participant_id == Application.participant_id,
            ApplicationChoice.application_id == Application.id,
        )
        .scalar_subquery()
    )
    written = await session.execute(
        update(Application)
        .where(
            Application.participant_id == given.c.participant_id,
            Application.id == given.c.application_id,
        )
        .values(
            **{name: given.c[name] for name in ("state", "class_id", "enrollment_id", "reasons")},
            version=Application.version + 1,
            updated_at=now,
        )
        .returning(Application, choices)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    drafts = [
        moved_draft(
            row,
            count,
            before=_undecided(row, before[row.id]),
            topic=Topic.APPLICATION_DECIDED,
            now=now,
        )
        for row, count in sorted(written, key=lambda found: found[0].id)
    ]
    await emit_all(session, Event, drafts)


def _undecided(row: Application, state: ApplicationState) -> Was:
    """Return how an application stood: deciding changes its state, and nothing else that counts."""
    cell = cell_of(row)
    return Was(state, None if cell is None else cell.model_copy(update={"state": state}))


def _packed(each: Decided) -> dict[str, Any]:
    place = None if each.class_id is None else str(each.class_id)
    enrollment = None if each.enrollment_id is None else str(each.enrollment_id)
    return {
        "participant_id": str(each.participant_id),
        "application_id": str(each.application_id),
        "state": each.state.value,
        "class_id": place,
        "enrollment_id": enrollment,
        "reasons": list(each.reasons),
    }


async def _lock(session: AsyncSession, decided: Sequence[Decided]) -> dict[UUID, ApplicationState]:
    """Lock applications; return the state of each."""
    statement = (
        select(Application.id, Application.state)
        .where(
            Application.participant_id.in_([each.participant_id for each in decided]),
            Application.id.in_([each.application_id for each in decided]),
        )
        .order_by(Application.participant_id, Application.id)
        .with_for_update()
    )
    return {row.id: row.state for row in (await session.execute(statement)).all()}
