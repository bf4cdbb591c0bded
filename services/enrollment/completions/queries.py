"""Reads of completions: the rule held against attendance and assessments."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.assessments.queries import find_sheet, learnings_of
from services.enrollment.assessments.rules import Learning
from services.enrollment.attendance.queries import list_summaries
from services.enrollment.attendance.schemas import AttendanceSummary
from services.enrollment.classes.queries import get_class
from services.enrollment.completions.rules import CompletionRule, Judgement, judge
from services.enrollment.completions.schemas import DecisionRead, JudgementRead
from services.enrollment.completions.tables import CompletionDecision
from services.enrollment.programs.queries import get_program
from shared.scope import Scope


class Judged(NamedTuple):
    """One person, what is known of his training, and what the rule says."""

    summary: AttendanceSummary
    learning: Learning
    judgement: Judgement


class Judgements(NamedTuple):
    """Some people of a class by one rule; `taught` are the units of the module, when known."""

    rule: CompletionRule
    taught: frozenset[str] | None
    people: Sequence[Judged]


async def judge_people(
    session: AsyncSession,
    class_id: UUID,
    *,
    scope: Scope,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> Judgements:
    """Return what the programme's rule says of up to `limit` people of a class, by id.

    Raises:
        ClassUnknownError: when there is no such class.
    """
    program = await get_program(session, (await get_class(session, class_id)).program_id)
    rule = CompletionRule(
        min_attendance_percent=program.min_attendance_percent,
        late_minutes=program.late_minutes,
        min_post_score=program.min_post_score,
        all_units_required=program.all_units_required,
    )
    sheet = await find_sheet(session, class_id)
    units = None if sheet is None else sheet.units
    taught = None if units is None else frozenset(each["code"] for each in units)
    people = await list_summaries(session, class_id, scope=scope, after=after, limit=limit, now=now)
    said = await learnings_of(session, class_id, [each.enrollment_id for each in people])
    judged = []
    for each in people:
        learning = said.get(each.enrollment_id, Learning())
        judgement = judge(rule, attended=each.passing, learning=learning, taught=taught)
        judged.append(Judged(each, learning, judgement))
    return Judgements(rule, taught, judged)


async def list_judgements(
    session: AsyncSession,
    class_id: UUID,
    *,
    scope: Scope,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> list[JudgementRead]:
    """Return what the rule says of up to `limit` people of a class, with what was decided."""
    judgements = await judge_people(
        session, class_id, scope=scope, after=after, limit=limit, now=now
    )
    ids = [each.summary.enrollment_id for each in judgements.people]
    decided = await decisions_of(session, class_id, ids)
    taught = judgements.taught
    return [
        JudgementRead(
            enrollment_id=summary.enrollment_id,
            name=summary.name,
            state=summary.state,
            outcome=judgement.outcome,
            reasons=list(judgement.reasons),
            share_percent=summary.share_percent,
            best_score=learning.best_score,
            competent_units=len(learning.competent),
            taught_units=None if taught is None else len(taught),
            decision=decided.get(summary.enrollment_id),
        )
        for summary, learning, judgement in judgements.people
    ]


async def decisions_of(
    session: AsyncSession, class_id: UUID, enrollment_ids: Sequence[UUID]
) -> dict[UUID, DecisionRead]:
    """Return how the training of some people of a class was ended by the rule or against it."""
    statement = select(CompletionDecision).where(
        CompletionDecision.class_id == class_id,
        CompletionDecision.enrollment_id.in_(enrollment_ids),
    )
    rows = (await session.scalars(statement)).all()
    return {row.enrollment_id: DecisionRead.model_validate(row) for row in rows}
