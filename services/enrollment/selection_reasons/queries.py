"""Reads of why an application got a place or none."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.tables import Application
from services.enrollment.draws.rules import Outcome, Step
from services.enrollment.scores.queries import list_scores
from services.enrollment.selection_criteria.queries import find_criteria
from services.enrollment.selection_previews.rules import unpacked
from services.enrollment.selection_reasons import rules
from services.enrollment.selection_reasons.rules import Told
from services.enrollment.selection_reasons.schemas import (
    QuotaRead,
    ReasonsRead,
    ScorePart,
    StepRead,
)
from services.enrollment.selections.queries import get_selection
from services.enrollment.selections.tables import Selection, SelectionEntry, SelectionResult
from services.enrollment.waves.rules import SelectionMethod
from shared.i18n import Language
from shared.schemas.enrollment import SelectionState


async def reasons_of(
    session: AsyncSession, application: Application, *, language: Language
) -> ReasonsRead:
    """Return why an application got a place or none, once that is announced.

    Raises:
        SelectionUnknownError: when the wave has no selection.
        NotAnnouncedError: when it is not announced.
        NotListedError: when the application was not on the frozen list.
    """
    selection = await get_selection(session, application.wave_id)
    if selection.state is not SelectionState.ANNOUNCED:
        raise rules.NotAnnouncedError(
            extra={
                "present": selection.state.value,
                "allowed": [SelectionState.ANNOUNCED.value],
            }
        )
    key = (application.wave_id, selection.preview, application.id)
    result = await session.get(SelectionResult, key)
    entry = await session.get(SelectionEntry, (application.wave_id, application.id))
    if result is None or entry is None:
        raise rules.NotListedError
    steps = [
        _step(selection, entry, result, unpacked(each), language=language) for each in result.steps
    ]
    ranked = _ranked(selection)
    summary = rules.rank_text(
        selection.method, rank=result.rank, ranked=ranked, points=result.points
    )
    settled = rules.settled_text(result.settled)
    return ReasonsRead(
        application_id=application.id,
        wave_id=application.wave_id,
        method=selection.method,
        state=application.state,
        outcome=result.outcome,
        rank=result.rank,
        ranked=ranked,
        ticket=result.ticket.hex(),
        score=result.points if selection.method is SelectionMethod.SCORE else None,
        parts=await _parts(session, application),
        summary=summary.in_(language),
        steps=steps,
        settled=result.settled,
        settled_detail=None if settled is None else settled.in_(language),
    )


def _ranked(selection: Selection) -> int:
    """Return how many applications were ranked."""
    outcomes: dict[str, int] = (selection.counts or {}).get("outcomes", {})
    return sum(
        outcomes.get(each.value, 0)
        for each in (Outcome.PLACED, Outcome.RESERVE, Outcome.NOT_SELECTED)
    )


def _step(
    selection: Selection,
    entry: SelectionEntry,
    result: SelectionResult,
    step: Step,
    *,
    language: Language,
) -> StepRead:
    quota = _quota(selection, step)
    named = None if quota is None else f"{quota.kind} {quota.seats} {quota.dimension}={quota.value}"
    told = Told(step.choice, number=result.reserve_number, quota=named)
    position = step.choice - 1
    return StepRead(
        choice=step.choice,
        code=step.why,
        detail=rules.step_text(step.why, told).in_(language),
        facility_id=entry.facility_ids[position] if step.choice else None,
        class_id=step.class_id or (entry.class_ids[position] if step.choice else None),
        quota=quota,
    )


def _quota(selection: Selection, step: Step) -> QuotaRead | None:
    quotas: list[dict[str, Any]] = (selection.terms or {}).get("quotas", [])
    found = (each for each in quotas if each["id"] == str(step.quota_id))
    return next(map(QuotaRead.model_validate, found), None)


async def _parts(session: AsyncSession, application: Application) -> list[ScorePart]:
    """Return the criteria with what was given for each; scores stand since the approval."""
    criteria = await find_criteria(session, application.wave_id)
    if criteria is None:
        return []
    given = await list_scores(session, application, limit=len(criteria.criteria))
    points = {each.criterion: each.points for each in given}
    return [
        ScorePart.model_validate(
            {
                "criterion": each["code"],
                "name": each["name"],
                "weight": each["weight"],
                "points": points.get(each["code"]),
            }
        )
        for each in criteria.criteria
    ]
