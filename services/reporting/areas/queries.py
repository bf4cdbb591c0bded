"""Reads of the copy of areas: public reference data, the same for every caller."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas import rules
from services.reporting.areas.rules import Link
from services.reporting.areas.tables import AreaLevelCopied, AreaLink, AreaName
from services.reporting.base import Job
from shared.schemas.jobs import JobState

COPY_AREAS: Final = "copy_areas"


async def area_names(session: AsyncSession) -> Mapping[str, str]:
    """Return what every province and regency is called, those that are no more included."""
    rows = (await session.execute(select(AreaName.code, AreaName.name))).all()
    return {row.code: row.name for row in rows}


async def present_codes(session: AsyncSession) -> Mapping[str, str]:
    """Return the code of today of each old code of a province or regency that has exactly one."""
    in_force = await session.scalars(select(AreaName.code).where(AreaName.in_force))
    rows = await session.execute(
        select(AreaLink.old_code, AreaLink.new_code, AreaLink.valid_from).order_by(
            AreaLink.old_code, AreaLink.new_code, AreaLink.valid_from
        )
    )
    links = [Link(row.old_code, row.new_code, row.valid_from.isoformat()) for row in rows]
    return rules.present_codes(links, in_force=frozenset(in_force))


async def is_copied(session: AsyncSession) -> bool:
    """Tell whether areas were ever copied, or are about to be."""
    copied = select(AreaLevelCopied.level).exists()
    waiting = (
        select(Job.id)
        .where(Job.kind == COPY_AREAS, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
        .exists()
    )
    return bool(await session.scalar(select(or_(copied, waiting))))


async def areas_mark(session: AsyncSession) -> str:
    """Return what changes whenever areas have been copied anew."""
    copied_at = await session.scalar(select(func.max(AreaLevelCopied.copied_at)))
    return "" if copied_at is None else copied_at.isoformat()
