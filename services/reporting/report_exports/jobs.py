"""The writing of ordered reports, and their end."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any, Final

from pydantic_core import to_jsonable_python

from services.reporting.boundaries.queries import outlines
from services.reporting.catalogue.rules import REPORTS
from services.reporting.formats.queries import Publisher, facts_of
from services.reporting.formats.rules import (
    Facts,
    Figures,
    Geometry,
    ReportFormat,
    area_dimension,
    written_as,
)
from services.reporting.freshness.queries import list_synthetic_waves, read_sources
from services.reporting.freshness.rules import Standing
from services.reporting.indicators.rules import Dimension, Report
from services.reporting.labels.queries import AreaNames
from services.reporting.questions.rules import Question
from services.reporting.questions.schemas import question_of
from services.reporting.report_exports import operations, queries
from services.reporting.report_exports.rules import (
    MAX_ROWS,
    ExportTooLargeError,
    ExportUnknownError,
)
from services.reporting.report_exports.schemas import Cut, WriteExport
from services.reporting.report_exports.tables import ReportExport
from services.reporting.reports.operations import Showing, read_figures
from services.reporting.reports.queries import Asked
from services.reporting.reports.rules import TooManyCellsError
from shared.clock import utc_now
from shared.db.session import transaction
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.schemas.registry import AreaLevel

_STEPS: Final = 3
_AT_ONCE: Final = 20


async def _write(context: JobContext, publisher: Publisher) -> dict[str, Any]:
    async with context.transaction() as session:
        export = await session.get(ReportExport, context.job_id)
        if export is None:
            raise ExportUnknownError
    figures = await _figures(context, export, publisher)
    await context.progress(1, _STEPS)
    geometries: dict[str, Geometry] = {}
    if export.format is ReportFormat.GEOJSON:
        level = AreaLevel(area_dimension(figures.dimensions).value.upper())
        async with context.transaction() as session:
            geometries |= await outlines(session, level)
    content = await asyncio.to_thread(written_as, export.format, figures, geometries)
    await context.progress(2, _STEPS)
    standing = {name: figures.meta[name] for name in ("as_of", "lag_seconds", "rows")}
    async with context.transaction() as session:
        await operations.keep_file(
            session,
            export.id,
            content,
            file_name=f"{figures.file_name}.{export.format}",
            standing=to_jsonable_python(standing),
        )
    await context.progress(_STEPS, _STEPS)
    return {"rows": len(figures.rows), "bytes": len(content)}


async def _figures(context: JobContext, export: ReportExport, publisher: Publisher) -> Figures:
    """Read the figures within the reach of who ordered them, as an answer at once would be."""
    cut, report = Cut.model_validate(export.cut), REPORTS[export.report]
    question, scope = question_of(report, cut.given), queries.scope_of(export)
    meta, facts = await _standing(context, report, question, publisher)
    opening = partial(transaction, context.sessions, scope=scope, actor=context.actor)
    try:
        read = await read_figures(
            opening,
            report=report,
            asked=Asked(question, scope, cut.at, limit=MAX_ROWS),
            showing=Showing(AreaNames(), guarded=cut.guarded),
        )
    except TooManyCellsError as error:
        raise ExportTooLargeError(extra=error.extra) from error
    meta |= {"restricted": not scope.national, "rows": len(read.rows), **cut.told}
    return Figures(report, meta | {"labels": read.labels}, read.rows, facts, language=cut.language)


async def _standing(
    context: JobContext, report: Report, question: Question, publisher: Publisher
) -> tuple[dict[str, Any], Facts]:
    async with context.transaction() as session:
        standing = Standing(await read_sources(session))
        invented = await list_synthetic_waves(session)
        facts = await facts_of(session, publisher)
    fresh = standing.freshness(report.sources, now=utc_now())
    waves = dict(question.chosen).get(Dimension.WAVE)
    meta = {
        "report": report.code,
        "as_of": fresh.as_of,
        "lag_seconds": fresh.lag_seconds,
        "synthetic": bool(invented) if waves is None else not invented.isdisjoint(waves),
    }
    return meta, facts


def write_handler(publisher: Publisher) -> JobHandler[WriteExport]:
    """Return what writes ordered reports, in the name of `publisher`."""

    async def write_export(context: JobContext, _: WriteExport) -> dict[str, Any]:
        return await _write(context, publisher)

    return JobHandler(WriteExport.kind, WriteExport, write_export)


async def expire_exports(context: WorkerContext) -> None:
    """Delete files that have expired, some in a transaction."""
    dropped = _AT_ONCE
    while dropped == _AT_ONCE:
        async with context.transaction() as session:
            dropped = await operations.drop_exports(session, now=utc_now(), limit=_AT_ONCE)


EXPIRE_EXPORTS: Final = Cron("expire-report-exports", timedelta(hours=1), expire_exports)
