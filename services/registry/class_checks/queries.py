"""Reads of everything that a class would use."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.queries import covers
from services.registry.agreements.tables import Agreement
from services.registry.class_checks import rules
from services.registry.facilities.queries import check_not_merged
from services.registry.facilities.tables import Facility
from services.registry.instructors.queries import candidates
from services.registry.instructors.rules import InstructorUnknownError, check_fit
from services.registry.instructors.tables import Instructor
from services.registry.modules.queries import demands_of
from services.registry.modules.rules import ModuleState
from services.registry.modules.tables import Module
from services.registry.spaces.tables import Space
from shared.schemas.registry import ClassCheck, ClassResources, FacilityStatus
from shared.scope import Scope


async def find_resources(
    session: AsyncSession, check: ClassCheck, *, scope: Scope, keeps: UUID | None = None
) -> ClassResources:
    """Return what a class would use, once everything is found in order.

    Instructors need not belong to the facility: those of one ministry teach in the other's. A class
    goes on with the version of a module that it `keeps`, though it was retired since.

    Raises:
        FacilityUnknownError, FacilityMergedError, FacilityNotActiveError, SpaceUnknownError,
        AgreementUnknownError, AgreementNotInForceError, AgreementNotCoveringError,
        ModuleUnknownError, ModuleNotPublishedError, InstructorUnknownError, and what `check_fit`
        raises: the first thing that is wrong, in this order.
    """
    facility = await _facility(session, check.facility_id)
    space = await _space(session, check.space_id, facility=facility)
    agreement = await get_covering(session, check)
    module = await _module(session, check.module_id, keeps=keeps)
    instructors = await _instructors(session, check, module, scope=scope)
    return _resources(facility, space, agreement, module, instructors)


def _resources(
    facility: Facility,
    space: Space,
    agreement: Agreement,
    module: Module,
    instructors: Sequence[Instructor],
) -> ClassResources:
    return ClassResources(
        facility_id=facility.id,
        facility_code=facility.code,
        facility_name=facility.name,
        facility_kind=facility.kind,
        facility_status=facility.status,
        owner_ministry=facility.owner_ministry,
        area_code=facility.area_code,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        time_zone=facility.time_zone,
        latitude=facility.latitude,
        longitude=facility.longitude,
        space_id=space.id,
        space_name=space.name,
        space_capacity=space.capacity,
        agreement_id=agreement.id,
        agreement_number=agreement.number,
        module_id=module.id,
        module_title=module.title,
        module_version=module.version,
        module_hours=module.hours,
        trade=module.trade or "",
        instructor_ids=[instructor.id for instructor in instructors],
        instructor_names=[instructor.name for instructor in instructors],
    )


async def _facility(session: AsyncSession, facility_id: UUID) -> Facility:
    facility = await session.get(Facility, facility_id)
    if facility is None:
        raise rules.FacilityUnknownError(pointer="/facility_id")
    await check_not_merged(session, facility, pointer="/facility_id")
    if facility.status is not FacilityStatus.ACTIVE:
        raise rules.FacilityNotActiveError(pointer="/facility_id")
    return facility


async def _space(session: AsyncSession, space_id: UUID, *, facility: Facility) -> Space:
    space = await session.get(Space, space_id)
    if space is None or space.facility_id != facility.id:
        raise rules.SpaceUnknownError(pointer="/space_id")
    return space


async def get_covering(
    session: AsyncSession, check: ClassCheck, *, last_day: date | None = None, hold: bool = False
) -> Agreement:
    """Return the agreement under which a class is held, until its last day where that is known.

    `hold` keeps it from ending until the transaction does.

    Raises:
        AgreementUnknownError, AgreementNotInForceError, AgreementNotCoveringError
    """
    covering = covers(check.facility_id, check.starts_on, last_day).label("covering")
    statement = select(Agreement, covering).where(Agreement.id == check.agreement_id)
    if hold:
        statement = statement.with_for_update(read=True, of=Agreement).execution_options(
            populate_existing=True
        )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise rules.AgreementUnknownError(pointer="/agreement_id")
    agreement: Agreement = row.Agreement
    if not agreement.term.holds(check.starts_on, last_day):
        raise rules.AgreementNotInForceError(pointer="/agreement_id")
    if not row.covering:
        raise rules.AgreementNotCoveringError(pointer="/agreement_id")
    return agreement


async def _module(session: AsyncSession, module_id: UUID, *, keeps: UUID | None) -> Module:
    module = await session.get(Module, module_id)
    if module is None:
        raise rules.ModuleUnknownError(pointer="/module_id")
    if module.state is not ModuleState.PUBLISHED and module_id != keeps:
        raise rules.ModuleNotPublishedError(pointer="/module_id")
    return module


async def _instructors(
    session: AsyncSession, check: ClassCheck, module: Module, *, scope: Scope
) -> list[Instructor]:
    """Return the instructors in the order asked for, each once, fit to teach on the first day."""
    found = await candidates(session, check.instructor_ids, scope=scope)
    demands = demands_of(module)
    for place, instructor_id in enumerate(check.instructor_ids):
        pointer = f"/instructor_ids/{place}"
        if instructor_id not in found:
            raise InstructorUnknownError(pointer=pointer)
        check_fit(
            found[instructor_id].candidate,
            demands,
            first_day=check.starts_on,
            last_day=check.starts_on,
            pointer=pointer,
        )
    return [found[each].instructor for each in dict.fromkeys(check.instructor_ids)]
