"""Answering a question: its sums as rows, of now or of a past moment, with what they are called."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.queries import present_codes
from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import Dimension, Report
from services.reporting.labels.queries import AREAS, AreaNames, Labels, labels_of
from services.reporting.past_figures import operations as past
from services.reporting.past_figures.operations import Opening
from services.reporting.past_figures.queries import cube_at
from services.reporting.past_figures.rules import Told
from services.reporting.questions.rules import Areas, Moment, check_areas
from services.reporting.reports import queries, rules
from services.reporting.reports.queries import Asked
from services.reporting.reports.rules import Key, Row
from shared.errors import UnavailableError

# A restore of a source while its day is folded is once in a lifetime.
_ATTEMPTS: Final = 3
# So many rows keep the event loop busy for some 10 ms.
_LARGE: Final = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of an answer, and what the values that they show are called."""

    rows: Sequence[Row]
    labels: Labels


@dataclass(frozen=True, slots=True)
class Showing:
    """How an answer is shown: by which names, and without figures of few people when `guarded`.

    `mark` stands for the copy of areas that `areas` are read from.
    """

    areas: AreaNames
    mark: str = ""
    guarded: bool = False


async def read_figures(
    opening: Opening, *, report: Report, asked: Asked, showing: Showing
) -> Figures:
    """Answer a question of a report.

    Raises:
        TooManyCellsError: when the answer would be too large.
        AsOfBeforeFirstEventError: when nothing was known at the moment asked for.
        PastNotOfferedError: when the report does not tell how things stood.
        ValueUnknownError: when there is no such area.
    """
    moment = asked.question.as_of
    if moment is not None:
        return await _of_moment(opening, moment, report=report, asked=asked, showing=showing)
    async with opening() as session:
        return await _read(session, report=report, asked=asked, showing=showing)


async def _of_moment(
    opening: Opening, moment: Moment, *, report: Report, asked: Asked, showing: Showing
) -> Figures:
    cubes = queries.cubes_of(report, asked.question)
    sources: list[Source] = sorted({cube.source for cube in cubes})
    async with opening() as session:
        # A report whose own source is silent tells zeros once anything was known at all.
        await past.check_known(session, Source, moment)
    for _ in range(_ATTEMPTS):
        told = {
            source: await past.fold_day(opening, source=source, moment=moment) for source in sources
        }
        async with opening() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            if await _caught_up(session, told, moment):
                lives = {
                    cube.code: cube_at(cube, moment=moment, told=told[cube.source])
                    for cube in cubes
                }
                standing = replace(asked, lives=lives)
                return await _read(session, report=report, asked=standing, showing=showing)
    raise UnavailableError(retry_after_s=1)


async def _caught_up(session: AsyncSession, told: Mapping[Source, Told], moment: Moment) -> bool:
    for source, side in told.items():
        if not await past.catch_up(session, side, source=source, moment=moment):
            return False
    return True


async def _read(
    session: AsyncSession, *, report: Report, asked: Asked, showing: Showing
) -> Figures:
    question = asked.question
    for dimension, values in question.chosen:
        if dimension in AREAS:
            names = await showing.areas.get(session, showing.mark)
            check_areas(values, names, parameter=dimension.value)
    if question.as_of is not None or queries.is_wide(report, question, asked.scope):
        await queries.allow_long_read(session)
    if question.areas is Areas.NOW:
        asked = replace(asked, codes=await present_codes(session))
    sums = await queries.read_sums(session, report, asked)
    other = None
    if question.compared is not None:
        compared = replace(question, period=question.compared)
        other = await queries.read_sums(session, report, replace(asked, question=compared))
    shown = _shown(question.by, [*sums, *(other or ())])
    labels = await labels_of(session, shown, areas=showing.areas, mark=showing.mark)
    if len(sums) > _LARGE:
        rows = await asyncio.to_thread(rules.rows_of, report, asked.question, sums, other)
    else:
        rows = rules.rows_of(report, asked.question, sums, other)
    if showing.guarded:
        rows = rules.withhold_small(rows, rules.impersonal(report))
    return Figures(rows, labels)


def _shown(by: Sequence[Dimension], keys: Sequence[Key]) -> Mapping[Dimension, Collection[str]]:
    return {
        dimension: sorted({str(key[place]) for key in keys}) for place, dimension in enumerate(by)
    }
