"""HTTP face of what the caller may do here; it notes that he was here."""

from fastapi import APIRouter

from services.enrollment.operator_logins.operations import note_login
from services.enrollment.operator_logins.schemas import CallerRead, HeldGrantRead
from shared.scope import PERMISSIONS, Grant, Permission
from shared.web.auth import Known
from shared.web.now import Now
from shared.web.session import SessionDep

router = APIRouter(prefix="/me", tags=["me"])


@router.get("")
async def get_caller(session: SessionDep, caller: Known, now: Now) -> CallerRead:
    """Return who the caller is, what he may do here and where.

    An operator's facilities are noted as logged in for: the readiness of their classes asks for it.
    """
    actor = caller.actor
    return CallerRead(
        issuer=actor.issuer,
        subject=actor.subject,
        permissions=_permissions(*actor.grants),
        grants=[_grant(grant) for grant in actor.grants],
        operates=await note_login(session, actor, now=now),
    )


def _permissions(*grants: Grant) -> list[Permission]:
    return sorted({permission for grant in grants for permission in PERMISSIONS[grant.role]})


def _grant(grant: Grant) -> HeldGrantRead:
    return HeldGrantRead(
        role=grant.role,
        ministries=list(grant.ministries),
        areas=list(grant.areas),
        facilities=list(grant.facilities),
        participant_id=grant.participant_id,
        permissions=_permissions(grant),
    )
