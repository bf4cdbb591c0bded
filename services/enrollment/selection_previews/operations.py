"""Draws are ordered, kept and approved, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Job
from services.enrollment.classes.tables import Class
from services.enrollment.draws.rules import Drawn
from services.enrollment.selection_criteria.queries import find_criteria
from services.enrollment.selection_previews import rules
from services.enrollment.selection_previews.queries import (
    Terms,
    has_scored,
    hold_classes,
    inputs_digest,
)
from services.enrollment.selection_previews.schemas import MakePreview, PreviewApprove
from services.enrollment.selections.operations import lock_own, tell_moved
from services.enrollment.selections.queries import get_selection
from services.enrollment.selections.tables import Selection, SelectionResult
from shared.db.jobs import add_job
from shared.schemas.enrollment import ClassState, SelectionState, Topic
from shared.scope import Scope

_S: Final = SelectionState


async def order_preview(
    session: AsyncSession, *, wave_id: UUID, ordered_by: str, scope: Scope, now: datetime
) -> Job:
    """Have the draw of a wave made, or made anew; the one before does not count any more.

    Raises:
        SelectionUnknownError: when nothing has been committed to.
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
        SelectionStateError: when the list is not frozen, or the result has been approved.
        PublicValueMissingError: when a public figure was promised and is not there.
    """
    selection = await lock_own(session, wave_id, scope=scope)
    rules.check_draw(
        state=selection.state, source=selection.public_source, value=selection.public_value
    )
    selection.state = _S.CLOSED
    selection.preview += 1
    selection.previewed_at, selection.previewed_by = now, ordered_by
    selection.terms = selection.counts = selection.inputs = selection.result_digest = None
    selection.version += 1
    await session.flush()
    payload = MakePreview(wave_id=wave_id, number=selection.preview)
    return await add_job(session, Job, kind=MakePreview.kind, payload=payload)


async def forget_results(session: AsyncSession, wave_id: UUID, *, number: int, limit: int) -> int:
    """Forget up to `limit` results of a preview; return how many there were."""
    some = (
        select(SelectionResult.application_id)
        .where(SelectionResult.wave_id == wave_id, SelectionResult.preview == number)
        .limit(limit)
    )
    statement = (
        delete(SelectionResult)
        .where(
            SelectionResult.wave_id == wave_id,
            SelectionResult.preview == number,
            SelectionResult.application_id.in_(some),
        )
        .returning(SelectionResult.application_id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.scalars(statement)).all())


async def keep_results(
    session: AsyncSession, wave_id: UUID, drawn: Sequence[Drawn], *, number: int, first: int
) -> None:
    """Keep what a preview gives; the first of `drawn` has position `first`."""
    rows = [
        {
            "wave_id": wave_id,
            "preview": number,
            "application_id": each.id,
            "position": position,
            "ticket": each.ticket,
            "rank": each.rank,
            "points": each.points,
            "outcome": each.outcome,
            "class_id": each.class_id,
            "reserve_number": each.reserve_number,
            "steps": [rules.packed(step) for step in each.steps],
            "settled": None,
        }
        for position, each in enumerate(drawn, start=first)
    ]
    await session.execute(insert(SelectionResult), rows)


async def finish_preview(
    session: AsyncSession,
    wave_id: UUID,
    *,
    number: int,
    terms: Terms,
    counts: dict[str, Any],
    inputs: bytes,
    digest: bytes,
    now: datetime,
) -> bool:
    """Make a draw the preview of its wave; tell whether it still is the one that is wanted.

    Raises:
        InputsMovingError: when something that it was made from has changed meanwhile.
    """
    selection = await get_selection(session, wave_id, for_update=True)
    if selection.preview != number or selection.state is not _S.CLOSED:
        return False
    moment = selection.previewed_at or now
    if await inputs_digest(session, wave_id, now=moment) != inputs:
        raise rules.InputsMovingError
    selection.state = _S.PREVIEWED
    selection.terms, selection.counts = terms.published, counts
    selection.inputs, selection.result_digest = inputs, digest
    await tell_moved(session, selection, Topic.SELECTION_PREVIEWED, before=_S.CLOSED, now=moment)
    return True


async def approve_selection(
    session: AsyncSession,
    *,
    wave_id: UUID,
    approval: PreviewApprove,
    actor: str,
    scope: Scope,
    now: datetime,
) -> Selection:
    """Approve what somebody else has drawn, and say when it is announced; no score changes now.

    Raises:
        SelectionUnknownError: when nothing has been committed to.
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
        SelectionStateError: when there is no preview to approve.
        FourEyesError: when the caller made it, or has scored an application of the wave.
        PreviewStaleError: when what it was made from has changed, or it was made anew.
        AnnounceTimeError: when nobody could keep to the hour.
    """
    selection = await lock_own(session, wave_id, scope=scope)
    digest = selection.result_digest or b""
    makers = {selection.previewed_by, selection.public_value_by}
    rules.check_approval(
        state=selection.state,
        actor=actor,
        makers=makers | {actor} if await has_scored(session, wave_id, by=actor) else makers,
        wanted=approval.result_digest,
        drawn=digest.hex(),
    )
    first_start = await session.scalar(
        select(func.min(Class.starts_at)).where(
            Class.wave_id == wave_id, Class.state == ClassState.PLANNED
        )
    )
    rules.check_announce_at(approval.announce_at, first_start=first_start, now=now)
    # Whoever is scoring holds it shared: from here on the scores stand.
    criteria = await find_criteria(session, wave_id, alone=True)
    # Whoever changes a class judges the state of the selection under its lock.
    await hold_classes(session, wave_id)
    if await inputs_digest(session, wave_id, now=now) != selection.inputs:
        raise rules.PreviewStaleError
    if criteria is not None:
        criteria.scored_until = now
    selection.state = _S.APPROVED
    selection.approved_at, selection.approved_by = now, actor
    selection.announce_at = approval.announce_at
    await tell_moved(session, selection, Topic.SELECTION_APPROVED, before=_S.PREVIEWED, now=now)
    return selection
