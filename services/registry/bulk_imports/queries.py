"""Reads of what the rows of a file name."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.rules import CoveredFacilityUnknownError
from services.registry.agreements.tables import Agreement, AgreementFacility
from services.registry.bulk_imports.rules import FacilityUnknownError
from services.registry.facilities.queries import facilities_by_code
from services.registry.facilities.tables import Facility
from services.registry.institutions.queries import ids_by_code
from services.registry.institutions.rules import InstitutionUnknownError
from services.registry.instructors.tables import Instructor
from services.registry.spaces.tables import Space


async def facility_of(session: AsyncSession, code: str) -> Facility:
    """Return the facility that has a code.

    Raises:
        FacilityUnknownError: when there is none.
    """
    found = await facilities_by_code(session, [code])
    if not found:
        raise FacilityUnknownError
    return found[code]


async def facilities_of(session: AsyncSession, codes: Sequence[str]) -> list[UUID]:
    """Return the ids of the facilities that have these codes, in their order.

    Raises:
        CoveredFacilityUnknownError: when one of them is not there.
    """
    found = await facilities_by_code(session, codes)
    if len(found) != len(set(codes)):
        raise CoveredFacilityUnknownError
    return [found[code].id for code in dict.fromkeys(codes)]


async def institutions_of(session: AsyncSession, codes: Iterable[str]) -> list[UUID]:
    """Return the ids of the institutions that have these codes, in their order.

    Raises:
        InstitutionUnknownError: when one of them is not there.
    """
    wanted = list(dict.fromkeys(codes))
    found = await ids_by_code(session, wanted)
    if len(found) != len(wanted):
        raise InstitutionUnknownError
    return [found[code] for code in wanted]


async def find_space(session: AsyncSession, facility_id: UUID, name: str) -> UUID | None:
    """Return the id of the space of this name in a facility."""
    statement = select(Space.id).where(Space.facility_id == facility_id, Space.name == name)
    return await session.scalar(statement)


async def find_instructor(session: AsyncSession, code: str) -> UUID | None:
    """Return the id of the instructor who has a code."""
    return await session.scalar(select(Instructor.id).where(Instructor.code == code))


async def find_agreement(session: AsyncSession, number: str) -> Agreement | None:
    """Return the agreement of a number."""
    return await session.scalar(select(Agreement).where(Agreement.number == number))


async def covered_by(session: AsyncSession, agreement_id: UUID) -> set[UUID]:
    """Return the facilities that an agreement has ever covered."""
    statement = select(AgreementFacility.facility_id).where(
        AgreementFacility.agreement_id == agreement_id
    )
    return set((await session.scalars(statement)).all())
