"""HTTP face of the check of what somebody is referred to, for enrollment."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends

from services.registry.bookings.rules import FacilityNotActiveError
from services.registry.facilities.rules import FacilityMergedError
from services.registry.incubators import rules as incubators
from services.registry.institutions.rules import InstitutionEndedError, InstitutionNotFoundError
from services.registry.referral_checks import queries, rules
from services.registry.services.rules import ServiceNotFoundError
from services.registry.spaces.rules import SpaceClosedError, SpaceNotFoundError
from shared.clock import ledger_day
from shared.schemas.registry import (
    ReferralCheck,
    ReferralKind,
    ReferralTarget,
    TenantCheck,
    TenantChecked,
)
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/referral-checks", tags=["referrals"])

Checker = Annotated[Caller, Depends(Requires(Permission.REFERRALS_CHECK))]

_ID: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_TARGET: Final = {"kind": ReferralKind.PLUT_SERVICE.value, "target_id": _ID}
_TENANT: Final = {"incubator_id": _ID, "tenant_id": _ID, "participant_id": _ID}


@router.post(
    "",
    responses=problems(
        ServiceNotFoundError,
        incubators.IncubatorNotFoundError,
        SpaceNotFoundError,
        InstitutionNotFoundError,
        rules.ServiceNotOfferedError,
        incubators.IncubatorStateRefusedError,
        incubators.IncubatorNotInForceError,
        incubators.IncubatorFullError,
        SpaceClosedError,
        rules.NotProductionHouseError,
        rules.NotBankError,
        InstitutionEndedError,
        FacilityMergedError,
        FacilityNotActiveError,
    ),
)
async def check_referral(
    session: SessionDep,
    _: Checker,
    now: Now,
    body: Annotated[ReferralCheck, Body(examples=[_TARGET])],
) -> ReferralTarget:
    """Check that somebody can be referred to this today, and return what is to be copied.

    It changes nothing, so it takes no Idempotency-Key, and may be sent again at will.
    """
    return await queries.find_target(session, body, today=ledger_day(now))


@router.post("/tenants", responses=problems(rules.TenantUnknownError))
async def check_tenant(
    session: SessionDep,
    _: Checker,
    body: Annotated[TenantCheck, Body(examples=[_TENANT])],
) -> TenantChecked:
    """Check that a participant is, or was to the end, a tenant of an incubator.

    It changes nothing, so it takes no Idempotency-Key, and may be sent again at will.
    """
    await queries.check_tenant(session, body)
    return TenantChecked(incubator_id=body.incubator_id, tenant_id=body.tenant_id)
