"""Changes to the area copy."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import all_, delete, literal
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from services.enrollment.areas.schemas import CopyAreas
from services.enrollment.areas.tables import AreaCopy, AreaLevelCopied
from services.enrollment.base import Job
from shared.db.jobs import add_job
from shared.schemas.registry import AreaLevel, AreaRead

COPY_AREAS = "copy_areas"


async def order_copy(session: AsyncSession, *, levels: Sequence[AreaLevel]) -> None:
    """Queue the copying of levels."""
    await add_job(session, Job, kind=COPY_AREAS, payload=CopyAreas(levels=list(levels)))


async def keep_areas(session: AsyncSession, *, areas: Sequence[AreaRead]) -> None:
    """Insert areas, or bring them up to date."""
    if not areas:
        return
    rows = [
        {
            "code": area.code,
            "level": area.level,
            "name": area.name,
            "parent_code": area.parent_code,
            "time_zone": area.time_zone,
        }
        for area in sorted(areas, key=lambda area: area.code)
    ]
    statement = insert(AreaCopy).values(rows)
    new = statement.excluded
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[AreaCopy.code],
            set_={
                "level": new.level,
                "name": new.name,
                "parent_code": new.parent_code,
                "time_zone": new.time_zone,
            },
            where=(AreaCopy.name != new.name)
            | AreaCopy.parent_code.is_distinct_from(new.parent_code)
            | AreaCopy.time_zone.is_distinct_from(new.time_zone),
        )
    )


async def finish_level(
    session: AsyncSession, *, level: AreaLevel, codes: Collection[str], now: datetime
) -> int:
    """Drop what the registry has no more of a level, and note that the copy is whole.

    Returns how many codes were dropped.
    """
    kept = literal(sorted(codes), ARRAY(Text()))
    gone = delete(AreaCopy).where(AreaCopy.level == level, AreaCopy.code != all_(kept))
    dropped = len((await session.scalars(gone.returning(AreaCopy.code))).all())
    statement = insert(AreaLevelCopied).values(level=level, areas=len(codes), copied_at=now)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[AreaLevelCopied.level],
            set_={"areas": statement.excluded.areas, "copied_at": statement.excluded.copied_at},
        )
    )
    return dropped
