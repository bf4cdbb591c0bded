"""Changes to what institutions are to facilities, each within the caller's transaction."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.facility_roles import queries, rules
from services.registry.facility_roles.rules import Term
from services.registry.facility_roles.schemas import RoleCreate
from services.registry.facility_roles.tables import FacilityInstitution
from services.registry.institutions.queries import get_institution
from services.registry.institutions.rules import (
    InstitutionEndedError,
    InstitutionNotFoundError,
    InstitutionUnknownError,
)
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import FacilityRoleStated, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_facility_institution": rules.RoleIdTakenError,
    "ex_facility_institution_same": rules.RoleOverlapsError,
    "ex_facility_institution_single": rules.RoleOverlapsError,
}


async def state_role(
    session: AsyncSession, facility_id: UUID, body: RoleCreate, *, scope: Scope, now: datetime
) -> FacilityInstitution:
    """State what an institution is to a facility, and tell the other services.

    Raises:
        FacilityNotFoundError, OutOfScopeError: when the facility is none that the caller changes.
        InstitutionUnknownError: when there is no such institution.
        InstitutionEndedError: when it had been dissolved by the first day.
        RolePeriodInvalidError, CommitmentRefusedError: when the facts disagree.
        RoleOverlapsError: when the role is held at that time already.
        RoleIdTakenError: when another role has the id.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    term = Term(body.valid_from, body.valid_to)
    rules.check_term(term)
    rules.check_commitment(body.role, hires=body.hires, hires_by=body.hires_by)
    await _check_institution(session, body.institution_id, on=body.valid_from)
    others = await queries.terms_of(session, facility_id, body.role)
    rules.check_alone(body.role, term, others=others)
    role = FacilityInstitution(
        **{**body.model_dump(), "id": body.id or new_id()},
        facility_id=facility.id,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        owner_ministry=facility.owner_ministry,
        version=1,
        created_at=now,
    )
    session.add(role)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, role, now=now)
    return role


async def _check_institution(session: AsyncSession, institution_id: UUID, *, on: date) -> None:
    try:
        institution = await get_institution(session, institution_id)
    except InstitutionNotFoundError as error:
        raise InstitutionUnknownError(pointer="/institution_id") from error
    if institution.ended_on is not None and institution.ended_on < on:
        raise InstitutionEndedError


async def end_role(
    session: AsyncSession, role: FacilityInstitution, *, valid_to: date, now: datetime
) -> None:
    """Give a locked role its last day, and tell the other services.

    Raises:
        RolePeriodInvalidError: when it would end before it begins.
        RoleOverlapsError: when it would last longer and meet another one.
    """
    rules.check_term(Term(role.valid_from, valid_to))
    role.valid_to = valid_to
    role.version += 1
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, role, now=now)


async def _tell(session: AsyncSession, role: FacilityInstitution, *, now: datetime) -> None:
    await emit(
        session,
        Event,
        topic=Topic.FACILITY_ROLE_STATED,
        stream_id=role.id,
        event=FacilityRoleStated(
            role_id=role.id,
            facility_id=role.facility_id,
            institution_id=role.institution_id,
            role=role.role,
            valid_from=role.valid_from,
            valid_to=role.valid_to,
            hires=role.hires,
            hires_by=role.hires_by,
            province_code=role.province_code,
            regency_code=role.regency_code,
            owner_ministry=role.owner_ministry,
        ),
        place=place_of(role),
        occurred_at=now,
        version=role.version,
    )
