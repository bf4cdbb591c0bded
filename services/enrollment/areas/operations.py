"""Changes to the area copy."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import all_, delete, literal, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from services.enrollment.areas.schemas import CopyAreas
from services.enrollment.areas.tables import AreaCopy, AreaLevelCopied
from services.enrollment.base import Job
from shared.db.jobs import add_job
from shared.schemas.registry import AreaLevel, AreaRead

COPY_AREAS: Final = "copy_areas"

# Arrays instead of a row of parameters each: SQLAlchemy takes longer to write such a statement for
# 2,000 rows than PostgreSQL to run it.
_KEEP: Final = text(
    """
    INSERT INTO enrollment.area_copy AS kept (code, level, name, parent_code, time_zone)
    SELECT * FROM unnest(
        CAST(:codes AS text[]), CAST(:levels AS text[]), CAST(:names AS text[]),
        CAST(:parents AS text[]), CAST(:zones AS text[])
    )
    ON CONFLICT (code) DO UPDATE
    SET level = EXCLUDED.level, name = EXCLUDED.name, parent_code = EXCLUDED.parent_code,
        time_zone = EXCLUDED.time_zone
    WHERE (kept.name, kept.parent_code, kept.time_zone)
        IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.parent_code, EXCLUDED.time_zone)
    """
)


async def order_copy(session: AsyncSession, *, levels: Sequence[AreaLevel]) -> None:
    """Queue the copying of levels."""
    await add_job(session, Job, kind=COPY_AREAS, payload=CopyAreas(levels=list(levels)))


async def keep_areas(session: AsyncSession, *, areas: Sequence[AreaRead]) -> None:
    """Insert areas, or bring them up to date."""
    given = sorted(areas, key=lambda area: area.code)
    await session.execute(
        _KEEP,
        {
            "codes": [area.code for area in given],
            "levels": [area.level.value for area in given],
            "names": [area.name for area in given],
            "parents": [area.parent_code for area in given],
            "zones": [area.time_zone and area.time_zone.value for area in given],
        },
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
