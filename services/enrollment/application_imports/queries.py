"""Whom and what the rows of a file of applications name."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.application_imports.rules import FacilityCodeUnknownError
from services.enrollment.classes.tables import Class
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.selections.tables import Selection


async def claimed_by(session: AsyncSession, nik_index: bytes) -> UUID | None:
    """Return who has a NIK, whoever asks: whether he may is judged by what he asks it for."""
    return await session.scalar(
        select(IdentityClaim.participant_id).where(IdentityClaim.nik_index == nik_index)
    )


async def facilities_of_wave(
    session: AsyncSession, wave_id: UUID, codes: Sequence[str]
) -> list[UUID]:
    """Return the facilities of a wave by their codes, in the same order.

    Raises:
        FacilityCodeUnknownError: when the wave has no class at one of them.
    """
    statement = (
        select(Class.facility_code, Class.facility_id)
        .where(Class.wave_id == wave_id, Class.facility_code.in_(codes))
        .distinct()
    )
    found = {row.facility_code: row.facility_id for row in await session.execute(statement)}
    if not found.keys() >= set(codes):
        raise FacilityCodeUnknownError
    return [found[code] for code in codes]


async def is_frozen(session: AsyncSession, wave_id: UUID) -> bool:
    """Tell whether the list of a wave's applications stands."""
    statement = select(Selection.closed_at).where(Selection.wave_id == wave_id)
    return await session.scalar(statement) is not None
