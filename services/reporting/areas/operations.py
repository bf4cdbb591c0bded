"""Changes to the copy of areas."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, all_, delete, literal, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.queries import COPY_AREAS
from services.reporting.areas.schemas import CopyAreas
from services.reporting.areas.tables import AreaLevelCopied, AreaLink, AreaName
from services.reporting.base import Job
from shared.db.jobs import add_job
from shared.schemas.registry import AreaLevel, AreaRead, AreaSuccession


async def order_copy(session: AsyncSession) -> None:
    """Queue the copying of areas."""
    await add_job(session, Job, kind=COPY_AREAS, payload=CopyAreas())


async def keep_level(
    session: AsyncSession, *, level: AreaLevel, areas: Sequence[AreaRead], now: datetime
) -> None:
    """Keep the areas in force of a level; the others are no more, but keep their names."""
    if not areas:
        return
    rows = [
        {"code": area.code, "level": level, "name": area.name, "in_force": True} for area in areas
    ]
    told = insert(AreaName).values(rows)
    await session.execute(
        told.on_conflict_do_update(
            index_elements=[AreaName.code],
            set_={"name": told.excluded.name, "in_force": told.excluded.in_force},
        )
    )
    codes = literal([area.code for area in areas], ARRAY(Text()))
    await session.execute(
        update(AreaName)
        .where(AreaName.level == level, AreaName.code != all_(codes))
        .values(in_force=False)
    )
    copied = insert(AreaLevelCopied).values(level=level, areas=len(areas), copied_at=now)
    await session.execute(
        copied.on_conflict_do_update(
            index_elements=[AreaLevelCopied.level],
            set_={"areas": copied.excluded.areas, "copied_at": copied.excluded.copied_at},
        )
    )


async def keep_links(
    session: AsyncSession, *, level: AreaLevel, links: Sequence[AreaSuccession]
) -> None:
    """Keep what became of the codes of a level, and the names of those that are no more."""
    await session.execute(delete(AreaLink).where(AreaLink.level == level))
    if not links:
        return
    written = [
        {
            "old_code": link.old_code,
            "valid_from": link.valid_from,
            "new_code": link.new_code,
            "level": level,
        }
        for link in links
    ]
    await session.execute(insert(AreaLink), written)
    names = {link.old_code: link.old_name for link in links if link.old_name is not None}
    gone = [
        {"code": code, "level": level, "name": name, "in_force": False}
        for code, name in names.items()
    ]
    if gone:
        await session.execute(insert(AreaName).on_conflict_do_nothing(), gone)
