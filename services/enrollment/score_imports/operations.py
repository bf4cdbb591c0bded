"""What becomes of one row's score."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.queries import get_application
from services.enrollment.applications.rules import ApplicationUnknownError, meant_code
from services.enrollment.applications.tables import ApplicationCode
from services.enrollment.score_imports.schemas import ImportScores, ScoreRow
from services.enrollment.scores.operations import Given, give_score, hold_criteria
from services.enrollment.scores.queries import find_score
from shared.schemas.imports import Outcome, Verdict


async def bring_score(
    session: AsyncSession, number: int, row: ScoreRow, *, payload: ImportScores
) -> Verdict:
    """Give the score of a row; what stood there before is kept.

    Raises:
        ApplicationUnknownError: when no application that the sender sees has the code.
        And what `hold_criteria` and `give_score` raise.
    """
    named = await session.get(ApplicationCode, meant_code(row.application_code))
    if named is None:
        raise ApplicationUnknownError
    application = await get_application(
        session, named.participant_id, named.application_id, scope=payload.scope
    )
    weights = await hold_criteria(session, application.wave_id)
    present = await find_score(session, application, row.criterion, for_update=True)
    before = 0 if present is None else present.version
    score = await give_score(
        session,
        application=application,
        weights=weights,
        given=Given(row.criterion, row.points, row.evidence, payload.sender.actor.name),
        scope=payload.scope,
        now=payload.asked_at,
    )
    if score.version == before:
        return Verdict(number, Outcome.UNCHANGED, id=application.id)
    return Verdict(number, Outcome.CHANGED if before else Outcome.CREATED, id=application.id)
