"""Changes to scores."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.tables import Application
from services.enrollment.base import Event
from services.enrollment.scores import rules
from services.enrollment.scores.queries import find_score
from services.enrollment.scores.tables import Score, ScoreReplaced
from services.enrollment.selection_criteria.queries import find_criteria, weights_of
from services.enrollment.selection_criteria.rules import check_scorable, check_scored
from services.enrollment.waves.queries import get_wave
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import StaleError
from shared.schemas.enrollment import ScoreGiven, Topic
from shared.scope import Scope

_KEPT: Final = (
    "participant_id", "application_id", "criterion", "version", "points", "evidence", "given_by",
    "given_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """Points for one criterion, on what evidence and by whom."""

    criterion: str
    points: int
    evidence: str | None
    given_by: str


async def hold_criteria(session: AsyncSession, wave_id: UUID) -> dict[str, int]:
    """Return the weights of a wave, and keep its ranking from being approved until the commit.

    Raises:
        WaveUnknownError: when there is no such wave.
        WaveNotScoredError: when its places are not given by score.
        ScoresFrozenError: when the ranking has been approved.
    """
    check_scored((await get_wave(session, wave_id)).selection)
    criteria = await find_criteria(session, wave_id, shared=True)
    check_scorable(scored_until=None if criteria is None else criteria.scored_until)
    return weights_of(criteria)


async def give_score(
    session: AsyncSession,
    *,
    application: Application,
    weights: dict[str, int],
    given: Given,
    scope: Scope,
    now: datetime,
    version: int | None = None,
) -> Score:
    """Score an application for one criterion; what stood there before is kept.

    `weights` are what `hold_criteria` returned in this transaction. With `version`, which is 0
    where nothing stands yet, the caller says what he has read. The same points on the same
    evidence change nothing.

    Raises:
        ScoreOutsideScopeError: when the application is not the caller's to judge.
        ApplicationNotScorableError: when it is not SUBMITTED.
        CriterionUnknownError: when the wave is not scored by the criterion.
        StaleError: when another version than the one that was read stands there.
    """
    rules.check_score(
        place_of(application),
        scope=scope,
        state=application.state,
        criterion=given.criterion,
        weights=weights,
    )
    present = await find_score(session, application, given.criterion, for_update=True)
    if version is not None and version != (0 if present is None else present.version):
        raise StaleError
    if present is not None and (present.points, present.evidence) == (given.points, given.evidence):
        return present
    score = await _write(session, application, present, given, now=now)
    await _tell(session, application, score, now=now)
    return score


async def _write(
    session: AsyncSession,
    application: Application,
    present: Score | None,
    given: Given,
    *,
    now: datetime,
) -> Score:
    if present is None:
        score = Score(
            participant_id=application.participant_id,
            application_id=application.id,
            criterion=given.criterion,
            wave_id=application.wave_id,
            version=0,
        )
        session.add(score)
    else:
        session.add(ScoreReplaced(**{name: getattr(present, name) for name in _KEPT}))
        score = present
    score.points, score.evidence = given.points, given.evidence
    score.given_by, score.given_at = given.given_by, now
    score.version += 1
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, {"pk_score": StaleError}) from error
    return score


async def _tell(
    session: AsyncSession, application: Application, score: Score, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.SCORE_GIVEN,
        stream_id=application.id,
        event=ScoreGiven(
            participant_id=application.participant_id,
            application_id=application.id,
            wave_id=application.wave_id,
            criterion=score.criterion,
            version=score.version,
        ),
        place=place_of(application),
        occurred_at=now,
        version=score.version,
    )
