"""Changes to the list of areas, many rows at a time, within the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas import queries, rules
from services.registry.areas.rules import REFUSALS, Change, GivenArea, PresentArea
from services.registry.areas.schemas import SettleAreas
from services.registry.base import Event, Job
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.errors import ServiceError
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
    for level in _by_level(areas):
        judged = list(await _judge(session, level, valid_from=valid_from, language=language))
        verdicts += [verdict for _, _, verdict in judged]
        wanted = [(area, change) for area, change, _ in judged if change is not None]
        await _write(session, wanted, valid_from=valid_from, decree=decree)
    return verdicts


async def compare_areas(
    session: AsyncSession,
    areas: Sequence[GivenArea],
    *,
    valid_from: date,
    language: Language,
    planned: set[str],
) -> list[Verdict]:
    """Return what would become of some rows of a list, each code once, and change nothing.

    `planned` are the codes that rows before these would bring in; those of these rows are added.
    """
    verdicts: list[Verdict] = []
    for level in _by_level(areas):
        for area, change, verdict in await _judge(
            session, level, valid_from=valid_from, language=language, planned=planned
        ):
            verdicts.append(verdict)
            if change is Change.CREATE:
                planned.add(area.code)
    return verdicts


def _by_level(areas: Sequence[GivenArea]) -> Iterator[list[GivenArea]]:
    in_order = sorted(areas, key=lambda area: (area.code.count("."), area.code))
    for _, level in groupby(in_order, key=lambda area: area.level):
        yield list(level)


async def _judge(
    session: AsyncSession,
    areas: list[GivenArea],
    *,
    valid_from: date,
    language: Language,
    planned: set[str] | None = None,
) -> Iterator[tuple[GivenArea, Change | None, Verdict]]:
    latest = await queries.latest_areas(session, (area.code for area in areas))
    parents = {area.parent_code for area in areas if area.parent_code is not None}
    above = await queries.latest_areas(session, parents)
    known = {None, *(planned or ())}
    known |= {code for code, area in above.items() if area.valid_to is None}

    def judge(area: GivenArea) -> tuple[GivenArea, Change | None, Verdict]:
        present = latest.get(area.code)
        try:
            change = rules.judge_row(
                area,
                present=present,
                parent_known=area.parent_code in known,
                valid_from=valid_from,
            )
        except REFUSALS as error:
            return area, None, refused(area.row, error, language)
        renamed = change in (Change.CORRECT, Change.SUCCEED) and present is not None
        detail = f"{area.code}: {present.name} -> {area.name}" if renamed and present else None
        return area, change, Verdict(area.row, _OUTCOMES[change], detail=detail)

    return map(judge, areas)


async def _write(
    session: AsyncSession,
    wanted: list[tuple[GivenArea, Change]],
    *,
    valid_from: date,
    decree: str,
) -> None:
    succeeded = [area.code for area, change in wanted if change is Change.SUCCEED]
    await end_areas(session, succeeded, valid_from=valid_from)
    added = [area for area, change in wanted if change in (Change.CREATE, Change.SUCCEED)]
    await open_areas(session, added, valid_from=valid_from, decree=decree)
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


async def end_areas(session: AsyncSession, codes: Sequence[str], *, valid_from: date) -> None:
    """End the present validity of some codes: `valid_from` is the first day without them."""
    if codes:
        await session.execute(_END, {"codes": list(codes), "valid_from": valid_from})


async def open_areas(
    session: AsyncSession, areas: Sequence[GivenArea], *, valid_from: date, decree: str
) -> None:
    """Let areas hold from a day on."""
    if not areas:
        return
    await session.execute(
        _ADD,
        {
            "codes": [area.code for area in areas],
            "levels": [area.level.value for area in areas],
            "names": [area.name for area in areas],
            "parents": [area.parent_code for area in areas],
            "zones": [area.time_zone and area.time_zone.value for area in areas],
            "valid_from": valid_from,
            "decree": decree,
        },
    )


def judge_missing(
    present: Mapping[str, PresentArea],
    keepers: Mapping[str, ServiceError | None],
    *,
    ends: bool,
    first_row: int,
    language: Language,
) -> list[Verdict]:
    """Return the verdicts on codes that a list leaves out, numbered after its last row.

    `keepers` names what keeps each of them in force, None for one that ends if any does.
    """
    verdicts = []
    for row, (code, keeper) in enumerate(sorted(keepers.items()), start=first_row):
        outcome = Outcome.ENDED if ends and keeper is None else Outcome.MISSING
        detail = f"{code}: {present[code].name}"
        if keeper is not None:
            detail = f"{detail}. {keeper.detail.in_(language)}"
        verdicts.append(
            Verdict(row, outcome, code=keeper.code if keeper is not None else None, detail=detail)
        )
    return verdicts


async def announce_areas(
    session: AsyncSession, *, job_id: UUID, valid_from: date, now: datetime, today: date
) -> None:
    """Tell the other services that a list has been loaded, and how many areas hold today."""
    await emit(
        session,
        Event,
        topic=Topic.AREAS_IMPORTED,
        stream_id=job_id,
        event=AreasImported(
            levels=await queries.count_levels(session, on=today),
            valid_from=valid_from,
            imported_at=now,
        ),
        place=Place(),
        occurred_at=now,
    )


async def order_settling(
    session: AsyncSession, *, valid_from: date, due_at: datetime, change_id: UUID | None = None
) -> UUID:
    """Queue what follows once areas have changed; return the job's id."""
    payload = SettleAreas(change_id=change_id, valid_from=valid_from)
    job = await add_job(session, Job, kind=SettleAreas.kind, payload=payload, due_at=due_at)
    return job.id
