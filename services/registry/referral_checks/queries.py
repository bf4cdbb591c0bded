"""Reads of what somebody is referred to."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.bookings.queries import get_site
from services.registry.bookings.rules import FacilityNotActiveError
from services.registry.facilities.queries import check_not_merged
from services.registry.facilities.tables import Facility
from services.registry.incubators import rules as incubators
from services.registry.incubators.queries import get_incubator
from services.registry.incubators.rules import TenantStatus
from services.registry.incubators.tables import IncubatorTenant
from services.registry.institutions.queries import get_institution
from services.registry.institutions.rules import InstitutionEndedError, InstitutionKind
from services.registry.referral_checks import rules
from services.registry.services.queries import get_service
from services.registry.spaces.rules import SpaceClosedError
from shared.schemas.registry import (
    FacilityStatus,
    ReferralCheck,
    ReferralKind,
    ReferralTarget,
    TenantCheck,
)

_Find = Callable[[AsyncSession, UUID, date], Awaitable[ReferralTarget]]


async def find_target(
    session: AsyncSession, check: ReferralCheck, *, today: date
) -> ReferralTarget:
    """Return what somebody would be referred to, once it is found to be open to him.

    Whether hours of a space are free is told by the booking of them.

    Raises:
        ServiceNotFoundError, IncubatorNotFoundError, SpaceNotFoundError, InstitutionNotFoundError:
            when there is none.
        ServiceNotOfferedError, IncubatorStateRefusedError, IncubatorNotInForceError,
        IncubatorFullError, SpaceClosedError, NotProductionHouseError, NotBankError,
        InstitutionEndedError, FacilityMergedError, FacilityNotActiveError: when it takes nobody.
    """
    return await _FIND[check.kind](session, check.target_id, today)


async def check_tenant(session: AsyncSession, check: TenantCheck) -> None:
    """Refuse a tenant who is not that participant in that incubator.

    Raises:
        TenantUnknownError
    """
    statement = select(IncubatorTenant.id).where(
        IncubatorTenant.id == check.tenant_id,
        IncubatorTenant.incubator_id == check.incubator_id,
        IncubatorTenant.participant_id == check.participant_id,
        IncubatorTenant.status != TenantStatus.LEFT,
    )
    if await session.scalar(statement) is None:
        raise rules.TenantUnknownError


async def _service(session: AsyncSession, target_id: UUID, today: date) -> ReferralTarget:
    service = await get_service(session, target_id)
    rules.check_offered(offered_from=service.offered_from, ended_on=service.ended_on, today=today)
    facility = await _facility(session, service.facility_id)
    return _at(facility, ReferralKind.PLUT_SERVICE, target_id, name=service.name)


async def _incubator(session: AsyncSession, target_id: UUID, today: date) -> ReferralTarget:
    incubator = await get_incubator(session, target_id)
    incubators.check_joining(
        incubator.state,
        joined_on=today,
        valid_from=incubator.valid_from,
        valid_to=incubator.valid_to,
        today=today,
    )
    incubators.check_room(taken=incubator.tenants + 1, capacity=incubator.capacity)
    facility = await _facility(session, incubator.facility_id)
    return _at(facility, ReferralKind.INCUBATOR, target_id, name=facility.name)


async def _space(session: AsyncSession, target_id: UUID, _: date) -> ReferralTarget:
    site = await get_site(session, target_id)
    if site.space.closed_at is not None:
        raise SpaceClosedError(pointer="/target_id")
    rules.check_production_house(site.facility.kind)
    facility = await _facility(session, site.facility.id)
    return _at(facility, ReferralKind.PRODUCTION_SLOT, target_id, name=site.space.name)


async def _bank(session: AsyncSession, target_id: UUID, today: date) -> ReferralTarget:
    institution = await get_institution(session, target_id)
    if institution.kind is not InstitutionKind.BANK:
        raise rules.NotBankError(pointer="/target_id")
    if institution.ended_on is not None and institution.ended_on < today:
        raise InstitutionEndedError
    return ReferralTarget(
        kind=ReferralKind.BANK,
        target_id=target_id,
        name=institution.name,
        facility_id=None,
        facility_name=None,
        facility_kind=None,
        province_code=None,
        regency_code=None,
        owner_ministry=None,
        time_zone=None,
    )


async def _facility(session: AsyncSession, facility_id: UUID) -> Facility:
    facility = await session.get_one(Facility, facility_id)
    await check_not_merged(session, facility, pointer="/target_id")
    if facility.status is not FacilityStatus.ACTIVE:
        raise FacilityNotActiveError(pointer="/target_id")
    return facility


def _at(facility: Facility, kind: ReferralKind, target_id: UUID, *, name: str) -> ReferralTarget:
    return ReferralTarget(
        kind=kind,
        target_id=target_id,
        name=name,
        facility_id=facility.id,
        facility_name=facility.name,
        facility_kind=facility.kind,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        owner_ministry=facility.owner_ministry,
        time_zone=facility.time_zone,
    )


_FIND: Final[dict[ReferralKind, _Find]] = {
    ReferralKind.PLUT_SERVICE: _service,
    ReferralKind.INCUBATOR: _incubator,
    ReferralKind.PRODUCTION_SLOT: _space,
    ReferralKind.BANK: _bank,
}
