"""A class ends as the programme's rule says, but for exceptions that give their reason."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.classes.queries import lock_class
from services.enrollment.classes.tables import Class
from services.enrollment.completions import rules
from services.enrollment.completions.queries import judge_people
from services.enrollment.completions.rules import CompletionRule, Decision, Ending
from services.enrollment.completions.schemas import CompletionFollowed, CompletionFollowedRead
from services.enrollment.completions.tables import CompletionDecision
from services.enrollment.openings.operations import complete_class
from services.enrollment.openings.rules import check_may_complete, check_roll
from services.enrollment.openings.schemas import CompletionReport
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.enrollment import CompletionDecided, EnrollmentState, Topic
from shared.scope import Scope

# No class has more seats.
_EVERYBODY: Final = 1_000
_ALLOWED: Final = {"exceptions": frozenset({EnrollmentState.SEATED})}


async def follow_judgement(
    session: AsyncSession,
    *,
    class_id: UUID,
    told: CompletionFollowed,
    scope: Scope,
    decided_by: str,
    now: datetime,
) -> CompletionFollowedRead:
    """End a class: PASSED completes, NOT_PASSED drops out, exceptions end as they say.

    Raises:
        ClassUnknownError: when there is no such class.
        OutsideScopeError: when it lies outside the scope.
        NotOpenedError: when it has not opened, or has ended.
        RollRefusedError: when an exception names nobody who holds a running seat.
        CompletionUndecidedError: when somebody cannot be judged and no exception names him.
    """
    class_ = await lock_class(session, class_id, scope=scope)
    check_may_complete(class_.state)
    found = await judge_people(
        session, class_id, scope=scope, after=None, limit=_EVERYBODY, now=now
    )
    states = {each.summary.enrollment_id: each.summary.state for each in found.people}
    named = [each.enrollment_id for each in told.exceptions]
    check_roll({"exceptions": named}, states=states, allowed=_ALLOWED)
    decided = rules.decide(
        {
            each.summary.enrollment_id: each.judgement
            for each in found.people
            if each.summary.state is EnrollmentState.SEATED
        },
        {each.enrollment_id: (each.ending, each.reason) for each in told.exceptions},
    )
    _keep(session, class_id, decided, rule=found.rule, decided_by=decided_by, now=now)
    report = CompletionReport(
        completed=[each for each, what in decided.items() if what.ending is Ending.COMPLETED],
        dropped_out=[each for each, what in decided.items() if what.ending is Ending.DROPPED_OUT],
    )
    ended = await complete_class(session, scope=scope, class_id=class_id, report=report, now=now)
    read = CompletionFollowedRead(
        class_id=class_id,
        completed_at=ended.completed_at,
        completed=ended.completed,
        dropped_out=ended.dropped_out,
        against=sum(not each.followed for each in decided.values()),
    )
    await _tell(session, class_, read, now=now)
    return read


def _keep(
    session: AsyncSession,
    class_id: UUID,
    decided: Mapping[UUID, Decision],
    *,
    rule: CompletionRule,
    decided_by: str,
    now: datetime,
) -> None:
    session.add_all(
        CompletionDecision(
            class_id=class_id,
            enrollment_id=person,
            outcome=each.judgement.outcome,
            reasons=[why.value for why in each.judgement.reasons],
            rule=asdict(rule),
            ending=each.ending,
            followed=each.followed,
            reason=each.reason,
            decided_at=now,
            decided_by=decided_by,
        )
        for person, each in sorted(decided.items())
    )


async def _tell(
    session: AsyncSession, class_: Class, read: CompletionFollowedRead, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.COMPLETION_DECIDED,
        stream_id=class_.id,
        event=CompletionDecided(
            class_id=class_.id,
            completed=read.completed,
            dropped_out=read.dropped_out,
            against=read.against,
        ),
        place=place_of(class_),
        occurred_at=now,
        version=class_.version,
    )
