"""Reads of selection criteria, which are public."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.draws.rules import MissingScore
from services.enrollment.selection_criteria.rules import NO_WEIGHTS
from services.enrollment.selection_criteria.schemas import CriteriaRead
from services.enrollment.selection_criteria.tables import SelectionCriteria
from services.enrollment.waves.tables import Wave


async def find_criteria(
    session: AsyncSession, wave_id: UUID, *, shared: bool = False, alone: bool = False
) -> SelectionCriteria | None:
    """Return what a wave is scored by, fresh when it is locked: `shared` with others or `alone`."""
    lock = {"read": True} if shared else {} if alone else None
    return await session.get(
        SelectionCriteria, wave_id, with_for_update=lock, populate_existing=lock is not None
    )


def weights_of(criteria: SelectionCriteria | None) -> dict[str, int]:
    """Return the weight of each criterion in hundredths; none where nothing has been stated."""
    if criteria is None:
        return NO_WEIGHTS
    return {each["code"]: each["weight"] for each in criteria.criteria}


def read_of(wave: Wave, criteria: SelectionCriteria | None) -> CriteriaRead:
    """Return how a wave's places are given, as its API shows it."""
    return CriteriaRead.model_validate(
        {
            "wave_id": wave.id,
            "method": wave.selection,
            "criteria": [] if criteria is None else criteria.criteria,
            "missing": MissingScore.ZERO if criteria is None else criteria.missing,
            "version": 0 if criteria is None else criteria.version,
            "stated_at": None if criteria is None else criteria.stated_at,
        }
    )
