"""Changes to the list of areas, many rows at a time, within the caller's transaction."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas import queries, rules
from services.registry.areas.rules import REFUSALS, Change, GivenArea
from services.registry.areas.tables import Area
from services.registry.base import Event
from shared.db.events import emit
from shared.i18n import Language
from shared.schemas.imports import Outcome, Verdict, refused
from shared.schemas.registry import AreasImported, Topic
from shared.scope import Place

_OUTCOMES: Final = {
    Change.CREATE: Outcome.CREATED,
    Change.CORRECT: Outcome.CHANGED,
    Change.SUCCEED: Outcome.CHANGED,
    Change.NOTHING: Outcome.UNCHANGED,
}

_END: Final = text(
    """
    UPDATE registry.area SET valid_to = :valid_from
    WHERE code = ANY (CAST(:codes AS text[])) AND valid_to IS NULL
    """
)
_ADD: Final = text(
    """
    INSERT INTO registry.area (code, valid_from, level, name, parent_code, time_zone, decree)
    SELECT code, :valid_from, level, name, parent_code, time_zone, :decree
    FROM unnest(
        CAST(:codes AS text[]), CAST(:levels AS text[]), CAST(:names AS text[]),
        CAST(:parents AS text[]), CAST(:zones AS text[])
    ) AS given (code, level, name, parent_code, time_zone)
    """
)
_CORRECT: Final = text(
    """
    UPDATE registry.area SET name = given.name, decree = :decree
    FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[])) AS given (code, name)
    WHERE area.code = given.code AND area.valid_to IS NULL
    """
)


async def load_areas(
    session: AsyncSession,
    areas: Sequence[GivenArea],
    *,
    valid_from: date,
    decree: str,
    language: Language,
) -> list[Verdict]:
    """Bring some rows of a list, each code once, into the table; return what became of each.

    Levels are brought in from the top, so that a parent in the same chunk is known.
    """
    verdicts: list[Verdict] = []
    in_order = sorted(areas, key=lambda area: (area.code.count("."), area.code))
    for _, level in groupby(in_order, key=lambda area: area.level):
        judged = list(await _judge(session, list(level), valid_from=valid_from, language=language))
        verdicts += [verdict for _, _, verdict in judged]
        wanted = [(area, change) for area, change, _ in judged if change is not None]
        await _write(session, wanted, valid_from=valid_from, decree=decree)
    return verdicts


async def _judge(
    session: AsyncSession, areas: list[GivenArea], *, valid_from: date, language: Language
) -> Iterator[tuple[GivenArea, Change | None, Verdict]]:
    present = await queries.present_areas(session, (area.code for area in areas))
    parents = {area.parent_code for area in areas if area.parent_code is not None}
    known = {None, *await queries.present_areas(session, parents)}

    def judge(area: GivenArea) -> tuple[GivenArea, Change | None, Verdict]:
        try:
            change = rules.judge_row(
                area,
                present=present.get(area.code),
                parent_known=area.parent_code in known,
                valid_from=valid_from,
            )
        except REFUSALS as error:
            return area, None, refused(area.row, error, language)
        return area, change, Verdict(area.row, _OUTCOMES[change])

    return map(judge, areas)


async def _write(
    session: AsyncSession,
    wanted: list[tuple[GivenArea, Change]],
    *,
    valid_from: date,
    decree: str,
) -> None:
    succeeded = [area.code for area, change in wanted if change is Change.SUCCEED]
    if succeeded:
        await session.execute(_END, {"codes": succeeded, "valid_from": valid_from})
    added = [area for area, change in wanted if change in (Change.CREATE, Change.SUCCEED)]
    if added:
        await session.execute(
            _ADD,
            {
                "codes": [area.code for area in added],
                "levels": [area.level.value for area in added],
                "names": [area.name for area in added],
                "parents": [area.parent_code for area in added],
                "zones": [area.time_zone and area.time_zone.value for area in added],
                "valid_from": valid_from,
                "decree": decree,
            },
        )
    corrected = [area for area, change in wanted if change is Change.CORRECT]
    if corrected:
        await session.execute(
            _CORRECT,
            {
                "codes": [area.code for area in corrected],
                "names": [area.name for area in corrected],
                "decree": decree,
            },
        )


async def announce_areas(
    session: AsyncSession, *, job_id: UUID, valid_from: date, now: datetime
) -> None:
    """Tell the other services that a list has been loaded, and how many areas there are now."""
    statement = (
        select(Area.level, func.count().label("areas"))
        .where(Area.valid_to.is_(None))
        .group_by(Area.level)
    )
    rows = (await session.execute(statement)).all()
    await emit(
        session,
        Event,
        topic=Topic.AREAS_IMPORTED,
        stream_id=job_id,
        event=AreasImported(
            levels={row.level: row.areas for row in rows}, valid_from=valid_from, imported_at=now
        ),
        place=Place(),
        occurred_at=now,
    )
