"""HTTP face of the check of what a class would use."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends

from services.registry.class_checks import queries, rules
from services.registry.facilities.rules import FacilityMergedError
from services.registry.instructors.rules import UNFIT
from shared.schemas.registry import ClassCheck, ClassResources
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/class-checks", tags=["class-checks"])

ClassChecker = Annotated[Caller, Depends(Requires(Permission.CLASS_CHECK))]

_EXAMPLE: Final = {
    "facility_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "space_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12",
    "agreement_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e13",
    "module_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e14",
    "instructor_ids": ["01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e15"],
    "starts_on": "2027-01-15",
}


@router.post(
    "",
    responses=problems(
        rules.FacilityUnknownError,
        FacilityMergedError,
        rules.FacilityNotActiveError,
        rules.SpaceUnknownError,
        rules.AgreementUnknownError,
        rules.AgreementNotInForceError,
        rules.AgreementNotCoveringError,
        rules.ModuleUnknownError,
        rules.ModuleNotPublishedError,
        *UNFIT,
    ),
)
async def check_class(
    session: SessionDep,
    caller: ClassChecker,
    body: Annotated[ClassCheck, Body(examples=[_EXAMPLE])],
) -> ClassResources:
    """Check what a class would use and return what is to be copied into it.

    It changes nothing, so it takes no Idempotency-Key, and may be sent again at will.
    """
    return await queries.find_resources(session, body, scope=caller.scope)
