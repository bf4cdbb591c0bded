"""HTTP face of standings, for enrollment."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends

from services.registry.class_standings import queries
from shared.schemas.registry import ClassStandings, StandingsAsk
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.session import SessionDep

router = APIRouter(prefix="/class-standings", tags=["class-checks"])

ClassChecker = Annotated[Caller, Depends(Requires(Permission.CLASS_CHECK))]

_ID: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_EXAMPLE: Final = {
    "classes": [
        {
            "class_id": _ID,
            "facility_id": _ID,
            "booking_id": _ID,
            "agreement_id": _ID,
            "module_id": _ID,
            "first_day": "2027-02-08",
            "last_day": "2027-02-12",
        }
    ]
}


@router.post("")
async def tell_class_standings(
    session: SessionDep,
    _: ClassChecker,
    body: Annotated[StandingsAsk, Body(examples=[_EXAMPLE])],
) -> ClassStandings:
    """Tell of up to 1,000 classes what they hold at this moment, in one statement.

    It changes nothing, so it takes no Idempotency-Key, and may be sent again at will.
    """
    return ClassStandings(items=await queries.standings_of(session, body.classes))
