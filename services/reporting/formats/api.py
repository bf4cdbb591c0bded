"""HTTP face of formats: the metadata of a report, and a report that is answered as a file."""

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from services.reporting.boundaries.queries import boundaries_mark, outlines
from services.reporting.catalogue.rules import REPORTS
from services.reporting.formats import queries, rules
from services.reporting.formats.rules import Facts, Figures, Geometry, ReportFormat
from services.reporting.formats.schemas import (
    Classification,
    CodeList,
    DataStandard,
    Period,
    ReportMetadata,
    Said,
)
from services.reporting.freshness.jobs import Watch
from services.reporting.indicators.rules import (
    DIMENSION_LABELS,
    Dimension,
    Indicator,
    Report,
    formula_of,
    suggestion,
)
from shared.clock import utc_now
from shared.db.session import transaction
from shared.errors import NotFoundError
from shared.files.workbooks import XLSX
from shared.i18n import Text
from shared.schemas.registry import AreaLevel
from shared.scope import NATIONAL
from shared.web.auth import Caller, Public
from shared.web.links import absolute
from shared.web.openapi import problems
from shared.web.problems import language_of

router = APIRouter(prefix="/reports", tags=["reports"])

# What a report is answered as beside JSON.
FILES: Final[Mapping[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            rules.GEOJSON: {"schema": {"type": "object"}},
        }
    }
}
_AREAS: Final = frozenset({Dimension.PROVINCE, Dimension.REGENCY})
_BASIS: Final = Text("Hari dicatat (WIB)", "Day recorded (Jakarta)")
_FREQUENCY: Final = Text("Terus-menerus", "Continuous")


class ReportUnknownError(NotFoundError):
    """There is no such report."""

    code = "report-unknown"
    title = Text("Laporan tidak ditemukan.", "There is no such report.")


def unknown_report(code: str, *, pointer: str | None = None) -> ReportUnknownError:
    """Return the refusal of a code that no report has, with the nearest that one has."""
    extra = {"suggestion": suggestion(code, REPORTS), "reports": [*REPORTS]}
    return ReportUnknownError(pointer=pointer, extra=extra)


def wanted_format(request: Request) -> ReportFormat:
    """Return what a report is wanted as: `format=`, which has been checked, before Accept.

    Raises:
        FormatNotOfferedError: when the caller accepts nothing that a report is written as.
    """
    if b"format=" in request.scope["query_string"]:
        named = request.query_params.get("format")
        if named is not None:
            return ReportFormat(named)
    return rules.format_of(request.headers.get("accept"))


def tag_of(etag: str, wanted: ReportFormat) -> str:
    """Return the ETag of an answer in a format, given that of the JSON."""
    return etag if wanted is ReportFormat.JSON else f'{etag[:-1]}-{wanted}"'


async def file_tag(request: Request, caller: Caller, etag: str, wanted: ReportFormat) -> str:
    """Return the ETag of a file: that of a map changes with the boundaries, too."""
    if wanted is not ReportFormat.GEOJSON:
        return tag_of(etag, wanted)
    sessions = request.scope["state"]["sessions"]
    async with transaction(sessions, scope=NATIONAL, actor=caller.actor) as session:
        mark = await boundaries_mark(session)
    return f'{etag[:-1]}-{mark}{wanted}"'


def described_by(request: Request, report: Report) -> str:
    """Return the header Link that leads from figures to their metadata."""
    return f'<{absolute(request, f"/v1/reports/{report.code}/metadata")}>; rel="describedby"'


async def answer_file(
    request: Request,
    caller: Caller,
    wanted: ReportFormat,
    *,
    report: Report,
    meta: Mapping[str, Any],
    rows: bytes,
    headers: Mapping[str, str],
) -> Response:
    """Answer with the rows of a report, which come as JSON, as a file.

    Raises:
        FormatPlacelessError: when a map is wanted of rows that lie nowhere.
    """
    sessions = request.scope["state"]["sessions"]
    geometries: Mapping[str, Geometry] = {}
    async with transaction(sessions, scope=NATIONAL, actor=caller.actor) as session:
        facts = await queries.facts_of(session, request.state.settings)
        if wanted is ReportFormat.GEOJSON:
            area = rules.area_dimension([*map(str, meta["by"])])
            geometries = await outlines(session, AreaLevel(area.value.upper()))
    language = language_of(request)
    marked = request.query_params.get("bom") == "true"
    body = await asyncio.to_thread(
        lambda: rules.written_as(
            wanted,
            Figures(report, meta, json.loads(rows), facts, language=language),
            geometries,
            marked=marked,
        )
    )
    name = f"{Figures(report, meta, (), facts).file_name}.{wanted}"
    return Response(
        body,
        headers={
            **headers,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Link": described_by(request, report),
        },
        media_type=rules.MEDIA_TYPES[wanted],
    )


def _said(text: Text) -> Said:
    return Said(id=text.id, en=text.en)


def _standard(indicator: Indicator) -> DataStandard:
    return DataStandard(
        code=indicator.code,
        concept=_said(indicator.label),
        definition=_said(indicator.definition),
        measure=_said(formula_of(indicator)),
        unit=indicator.unit,
        unit_label=_said(rules.UNITS[indicator.unit]),
        source=_said(indicator.source),
        revision=_said(indicator.revision),
        minimum_answers=None if indicator.response is None else indicator.few,
    )


def _classification(dimension: Dimension) -> Classification:
    codes = queries.AREAS if dimension in _AREAS else None
    return Classification(code=dimension, label=_said(DIMENSION_LABELS[dimension]), codes=codes)


async def _metadata(request: Request, report: Report, facts: Facts) -> ReportMetadata:
    watch: Watch = request.scope["state"]["watch"]
    standing = await watch.standing()
    fresh = standing.freshness(report.sources, now=utc_now())
    return ReportMetadata(
        report=report.code,
        title=_said(report.label),
        description=_said(report.description),
        standard="Perpres 39/2019",
        producer=facts.producer,
        licence=facts.licence,
        licence_url=facts.licence_url,
        synthetic=bool(standing.synthetic_waves),
        coverage="Indonesia",
        period=Period(
            basis=_said(_BASIS),
            frequency=_said(_FREQUENCY),
            time_zone="Asia/Jakarta",
            as_of=fresh.as_of,
            lag_seconds=fresh.lag_seconds,
        ),
        code_lists=[
            CodeList(name=name, authority="Kemendagri", version=version)
            for name, version in facts.codes.items()
        ],
        classifications=[_classification(each) for each in report.dimensions],
        standards=[_standard(each) for each in report.indicators],
        formats=sorted(rules.MEDIA_TYPES.values()),
    )


@router.get("/{report}/metadata", responses=problems(ReportUnknownError))
async def get_report_metadata(
    *,
    request: Request,
    caller: Public,
    report: Annotated[str, Path(max_length=40, description="The code of a report: funnel.")],
) -> ReportMetadata:
    """Return what the figures of a report mean, where they are from, and how they may be used."""
    found = REPORTS.get(report)
    if found is None:
        raise unknown_report(report)
    sessions = request.scope["state"]["sessions"]
    async with transaction(sessions, scope=NATIONAL, actor=caller.actor) as session:
        facts = await queries.facts_of(session, request.state.settings)
    return await _metadata(request, found, facts)
