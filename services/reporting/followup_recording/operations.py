"""The use case of whoever has logged in: an answer is recorded, or corrected."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followup_recording.queries import due_day
from services.reporting.followup_recording.rules import role_of
from services.reporting.followups import queries, rules
from services.reporting.followups.operations import write_answer
from services.reporting.followups.rules import IncomeKeys
from services.reporting.followups.schemas import FollowUpCreate
from services.reporting.followups.tables import FollowUp
from services.reporting.restricted_people.queries import check_unrestricted
from shared.scope import Scope


async def record_followup(
    session: AsyncSession,
    *,
    scope: Scope,
    body: FollowUpCreate,
    keys: IncomeKeys | None,
    today: date,
    now: datetime,
) -> FollowUp:
    """Record an outcome, or correct the one recorded for the same enrollment and horizon.

    Raises:
        UnknownEnrollmentError: when no such enrollment is known within the scope.
        HomeOnlyError: when the scope admits the enrollment for reading only.
        SourceRefusedError: when a participant vouches for more than himself, or staff say SELF.
        EvidenceMissingError: when somebody vouches for a document and names none.
        NotCompletedError: when the training was not completed.
        PersonRestrictedError: when the person's data may not be processed.
        FollowUpNotDueError: when the day of the horizon has not come.
        OwnWordError: when the answer is weaker than the one that it would correct.
        AnswerInconsistentError: when the answer contradicts itself.
        AnswerRefusedError: when an answer that is only kept is to no question of the questionnaire.
        IncomeKeyMissingError: when amounts are given that cannot be sealed.
        FollowUpIdTakenError: when the id given names another follow-up.
    """
    enrollment = await queries.get_enrollment(session, body.enrollment_id, scope=scope)
    recorded_as = role_of(scope.reaches, enrollment.participant_id, enrollment.facility_id)
    rules.check_source(body.source, recorded_as=recorded_as, evidence=len(body.evidence))
    rules.check_completed(enrollment.state)
    await check_unrestricted(session, enrollment.participant_id)
    followup = await queries.find_followup(
        session, enrollment_id=body.enrollment_id, horizon_months=body.horizon_months
    )
    if followup is None or followup.asked_at is None:
        due_on = await due_day(session, enrollment, horizon_months=body.horizon_months)
        rules.check_due(due_on, today=today)
    # A row that waited for an answer has its own id; one that somebody made keeps the id given.
    made = followup is not None and followup.asked_at is None
    if made and followup is not None and body.id not in (None, followup.id):
        raise rules.FollowUpIdTakenError(pointer="/id")
    return await write_answer(
        session,
        enrollment,
        followup,
        body=body,
        keys=keys,
        by=session.info["actor"].name,
        recorded_as=recorded_as,
        now=now,
    )
