"""Reads of everything that a class would use."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.queries import covers
from services.registry.agreements.rules import in_force
from services.registry.agreements.tables import Agreement
from services.registry.class_checks import rules
from services.registry.facilities.tables import Facility
from services.registry.instructors.tables import Instructor
from services.registry.modules.tables import Module
from services.registry.spaces.tables import Space
from shared.db.within import within
from shared.schemas.registry import ClassCheck, ClassResources, FacilityStatus
from shared.scope import Scope


async def find_resources(
    session: AsyncSession, check: ClassCheck, *, scope: Scope
) -> ClassResources:
    """Return what a class would use, once everything is found in order.

    Instructors need not belong to the facility: those of one ministry teach in the other's.

    Raises:
        FacilityUnknownError, FacilityNotActiveError, SpaceUnknownError, AgreementUnknownError,
        AgreementNotInForceError, AgreementNotCoveringError, ModuleUnknownError,
        InstructorUnknownError: the first thing that is wrong, in this order.
    """
    facility = await _facility(session, check.facility_id)
    space = await _space(session, check.space_id, facility=facility)
    agreement = await _agreement(session, check)
    module = await session.get(Module, check.module_id)
    if module is None:
        raise rules.ModuleUnknownError(pointer="/module_id")
    instructors = await _instructors(session, check.instructor_ids, scope=scope)
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
        instructor_ids=[instructor.id for instructor in instructors],
        instructor_names=[instructor.name for instructor in instructors],
    )


async def _facility(session: AsyncSession, facility_id: UUID) -> Facility:
    facility = await session.get(Facility, facility_id)
    if facility is None:
        raise rules.FacilityUnknownError(pointer="/facility_id")
    if facility.status is not FacilityStatus.ACTIVE:
        raise rules.FacilityNotActiveError(pointer="/facility_id")
    return facility


async def _space(session: AsyncSession, space_id: UUID, *, facility: Facility) -> Space:
    space = await session.get(Space, space_id)
    if space is None or space.facility_id != facility.id:
        raise rules.SpaceUnknownError(pointer="/space_id")
    return space


async def _agreement(session: AsyncSession, check: ClassCheck) -> Agreement:
    statement = select(Agreement, covers(check.facility_id).label("covering")).where(
        Agreement.id == check.agreement_id
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise rules.AgreementUnknownError(pointer="/agreement_id")
    agreement: Agreement = row.Agreement
    if not in_force(check.starts_on, valid_from=agreement.valid_from, valid_to=agreement.valid_to):
        raise rules.AgreementNotInForceError(pointer="/agreement_id")
    if not row.covering:
        raise rules.AgreementNotCoveringError(pointer="/agreement_id")
    return agreement


async def _instructors(
    session: AsyncSession, instructor_ids: Sequence[UUID], *, scope: Scope
) -> list[Instructor]:
    """Return the instructors in the order asked for, each once."""
    wanted = literal(list(instructor_ids), ARRAY(Uuid()))
    statement = select(Instructor).where(Instructor.id == any_(wanted), within(scope, Instructor))
    found = {instructor.id: instructor for instructor in (await session.scalars(statement)).all()}
    for place, instructor_id in enumerate(instructor_ids):
        if instructor_id not in found:
            raise rules.InstructorUnknownError(pointer=f"/instructor_ids/{place}")
    return [found[instructor_id] for instructor_id in dict.fromkeys(instructor_ids)]
