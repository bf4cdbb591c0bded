"""Changes to selection criteria."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import check_owner
from services.enrollment.selection_criteria import rules
from services.enrollment.selection_criteria.rules import Weight
from services.enrollment.selection_criteria.schemas import CriteriaChange
from services.enrollment.selection_criteria.tables import SelectionCriteria
from services.enrollment.waves.tables import Wave
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import StaleError
from shared.schemas.enrollment import SelectionCriteriaStated, Topic
from shared.scope import Scope


async def state_criteria(
    session: AsyncSession,
    *,
    wave: Wave,
    present: SelectionCriteria | None,
    change: CriteriaChange,
    stated_by: str,
    scope: Scope,
    now: datetime,
) -> SelectionCriteria:
    """Replace what a wave is scored by; `present` is what was read, locked.

    Raises:
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
        WaveNotScoredError: when the wave's places are not given by score.
        CriteriaFrozenError: when applications are open.
        CriterionRepeatedError, WeightsError: when nobody could reckon with the weights.
        StaleError: when somebody has stated the first criteria at the same moment.
    """
    place = place_of(await get_program(session, wave.program_id))
    check_owner(place, scope=scope)
    rules.check_scored(wave.selection)
    rules.check_changeable(opens_at=wave.opens_at, now=now)
    rules.check_weights([Weight(each.code, each.weight) for each in change.criteria])
    stated = present or SelectionCriteria(wave_id=wave.id, version=0)
    stated.criteria = [each.model_dump() for each in change.criteria]
    stated.missing = change.missing
    stated.version += 1
    stated.stated_at, stated.stated_by = now, stated_by
    session.add(stated)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, {"pk_selection_criteria": StaleError}) from error
    await emit(
        session,
        Event,
        topic=Topic.SELECTION_CRITERIA_STATED,
        stream_id=wave.id,
        event=SelectionCriteriaStated(
            wave_id=wave.id,
            program_id=wave.program_id,
            weights={each.code: each.weight for each in change.criteria},
            missing=change.missing.value,
        ),
        place=place,
        occurred_at=now,
        version=stated.version,
    )
    return stated
