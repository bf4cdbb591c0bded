"""HTTP face of the area copy."""

from fastapi import APIRouter

from services.enrollment.areas import queries
from services.enrollment.areas.schemas import AreasState
from shared.web.auth import Public
from shared.web.session import SessionDep

router = APIRouter(prefix="/areas", tags=["areas"])


@router.get("/state")
async def get_areas_state(session: SessionDep, _: Public) -> AreasState:
    """Tell whether the areas have been copied from the registry: before that nobody registers."""
    return await queries.get_state(session)
