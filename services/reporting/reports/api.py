"""HTTP face of reports: the same shape for all, an answer from memory where nothing has moved."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from services.reporting.answers.operations import Answers, Kept
from services.reporting.catalogue.rules import REPORTS
from services.reporting.folding.rules import Source
from services.reporting.formats.api import (
    FILES,
    answer_file,
    file_tag,
    unknown_report,
    wanted_format,
)
from services.reporting.formats.rules import (
    FormatNotOfferedError,
    FormatPlacelessError,
    ReportFormat,
)
from services.reporting.freshness.jobs import Watch
from services.reporting.freshness.rules import Freshness, Standing
from services.reporting.indicators.rules import (
    DIMENSION_LABELS,
    AreaBasis,
    Dimension,
    Indicator,
    Report,
    formula_of,
)
from services.reporting.past_figures.rules import (
    AsOfBeforeFirstEventError,
    AsOfInTheFutureError,
    PastNotOfferedError,
    check_past,
)
from services.reporting.questions.rules import (
    DimensionNotOfferedError,
    IndicatorUnknownError,
    Moment,
    Period,
    PeriodEndsBeforeItStartsError,
    PeriodIncompleteError,
    Question,
    ValueUnknownError,
)
from services.reporting.questions.schemas import cuts_of, question_of
from services.reporting.reports import rules
from services.reporting.reports.operations import Figures, Showing, read_figures
from services.reporting.reports.queries import Asked, is_wide
from services.reporting.reports.rules import TooManyCellsError
from services.reporting.reports.schemas import (
    Catalogue,
    DimensionRead,
    IndicatorRead,
    Labels,
    ReportDescription,
    ReportRead,
)
from shared.clock import ledger_day, utc_now
from shared.db.session import reads_alone, transaction
from shared.errors import ForbiddenError, UnauthorizedError
from shared.i18n import Text, preferred_language
from shared.schemas.reporting import HORIZONS
from shared.scope import ANONYMOUS, NATIONAL, Permission, Scope
from shared.web.app import VERSION
from shared.web.auth import Caller, Public, Requires, public
from shared.web.etag import not_modified
from shared.web.lean import lean
from shared.web.links import absolute
from shared.web.now import present_moment
from shared.web.openapi import problems

router = APIRouter(prefix="/reports", tags=["reports"])

_PUBLIC_CUTS: Final = (
    "\n\nAnybody may cut it by programme, wave, time zone, province, day and month; any finer cut"
    " needs a token that reads reports, and shows its own area. A figure of one to four people is"
    " withheld from who may not see the people; without such a token as_of is read at whole hours,"
    " rounded down: meta.asked_as_of tells which."
)
_SAME_HOUR: Final = timedelta(seconds=5)
REFUSALS: Final = (
    DimensionNotOfferedError,
    IndicatorUnknownError,
    ValueUnknownError,
    PeriodEndsBeforeItStartsError,
    PeriodIncompleteError,
    AsOfInTheFutureError,
    AsOfBeforeFirstEventError,
    PastNotOfferedError,
    TooManyCellsError,
    FormatNotOfferedError,
    FormatPlacelessError,
)


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """What follows from a question of a report alone, worked out once for all who ask it.

    `sources`: whose events move the answer. `by_network`: so does the day.
    """

    mark: str
    public: bool
    of_people: bool
    dated: bool
    sources: tuple[Source, ...]
    by_network: bool


@dataclass(frozen=True, slots=True)
class Admitted:
    """One request for one report, admitted. A `heavy` one waits for its turn.

    A `public` one is answered with what anybody would see.
    """

    report: Report
    question: Question
    cut: _Cut
    scope: Scope
    public: bool
    guarded: bool
    heavy: bool
    now: datetime


@lru_cache(maxsize=1024)
def read_question(report: Report, query_string: bytes) -> Question:
    """Read a query string once: FastAPI's reading of it costs more than the rest of a 304.

    Raises:
        RequestValidationError: when a value is none that its parameter can have.
    """
    given = parse_qs(query_string.decode("latin-1"), keep_blank_values=True)
    try:
        return question_of(report, given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**each, "loc": ("query", *each["loc"])} for each in found]
        ) from error


@lru_cache(maxsize=4096)
def _cut(report: Report, question: Question) -> _Cut:
    dimensions = question.dimensions
    # The registry's events change what facilities and networks are called.
    named = dimensions & {Dimension.FACILITY, Dimension.NETWORK}
    sources = (*report.sources, *([Source.REGISTRY] if named else []))
    return _Cut(
        mark=hashlib.sha256(repr(question).encode()).hexdigest(),
        public=rules.is_public(report, question),
        of_people=rules.is_guarded(report, question),
        dated=rules.is_dated(question),
        sources=tuple(dict.fromkeys(sources)),
        by_network=Dimension.NETWORK in dimensions,
    )


async def _admit(request: Request, report: Report, caller: Caller) -> Admitted:
    """Decide which rows the caller may see.

    Raises:
        RequestValidationError: when a value is none that its parameter can have.
        DimensionNotOfferedError: when the report cannot be cut as asked.
        AsOfInTheFutureError: when the moment asked for has not come.
        UnauthorizedError: when the cut is not public and there is no token.
        ForbiddenError: when the cut is not public and no grant reads reports.
    """
    question = read_question(report, request.scope["query_string"])
    return admit(report, question, caller=caller, now=await present_moment(request))


def admit(report: Report, question: Question, *, caller: Caller, now: datetime) -> Admitted:
    """Decide which rows of an answer the caller may see, and by what hour it is judged.

    Raises:
        AsOfInTheFutureError: when the moment asked for has not come.
        UnauthorizedError: when the cut is not public and there is no token.
        ForbiddenError: when the cut is not public and no grant reads reports.
    """
    if not caller.actor.may(Permission.REPORTS_READ):
        question = rules.on_the_hour(question)
    if question.as_of is not None:
        now = _hour_then(question.as_of, now)
    cut = _cut(report, question)
    if cut.public:
        guarded = cut.of_people and not _sees_nation(caller)
        return Admitted(
            report,
            question,
            cut,
            NATIONAL,
            public=guarded or not cut.of_people,
            guarded=guarded,
            heavy=question.as_of is not None or cut.dated,
            now=now,
        )
    if caller.actor is ANONYMOUS:
        raise UnauthorizedError
    if not caller.actor.may(Permission.REPORTS_READ):
        raise ForbiddenError
    scope = caller.actor.scope(Permission.REPORTS_READ)
    sees_people = caller.actor.sees_all(Permission.FOLLOWUPS_READ, scope)
    return Admitted(
        report,
        question,
        cut,
        scope,
        public=False,
        guarded=cut.of_people and not sees_people,
        heavy=question.as_of is not None,
        now=now,
    )


def _sees_nation(caller: Caller) -> bool:
    """Tell whether the caller may see the people behind the figures of the whole country."""
    needed = (Permission.REPORTS_READ, Permission.FOLLOWUPS_READ)
    return all(caller.actor.sees_all(each, NATIONAL) for each in needed)


def _hour_then(moment: Moment, now: datetime) -> datetime:
    """Return what the caller's clock showed at a past moment: a demonstration has its own hour."""
    present = utc_now()
    check_past(moment.at, now=present)
    ahead = now - present
    return moment.at if abs(ahead) < _SAME_HOUR else moment.at + ahead


@lru_cache(maxsize=4096)
def _scope_mark(scope: Scope) -> str:
    return "national" if scope.national else hashlib.sha256(repr(scope).encode()).hexdigest()


def _etag(request: Request, asked: Admitted, standing: Standing) -> str:
    """Return what changes when the rows may have: the position, and whatever cuts them."""
    parts = (
        VERSION,
        asked.report.code,
        asked.cut.mark,
        _scope_mark(asked.scope),
        str(asked.guarded),
        preferred_language(request.headers.get("accept-language")),
        standing.position(asked.cut.sources),
        str(_synthetic(asked.question, standing)),
        str(standing.starts_passed(asked.now)) if asked.report.timed else "",
        ledger_day(asked.now).isoformat() if asked.cut.by_network else "",
    )
    return f'W/"{hashlib.blake2b("|".join(parts).encode(), digest_size=12).hexdigest()}"'


async def _figures(request: Request, asked: Admitted, caller: Caller, mark: str) -> Figures:
    state = request.scope["state"]
    answers: Answers = state["answers"]
    heavy = asked.heavy or is_wide(asked.report, asked.question, asked.scope)
    opened = transaction if heavy else reads_alone
    read = partial(
        read_figures,
        partial(opened, state["sessions"], scope=asked.scope, actor=caller.actor),
        report=asked.report,
        asked=Asked(asked.question, asked.scope, asked.now),
        showing=Showing(answers.areas, mark, asked.guarded),
    )
    if not heavy:
        return await read()
    async with answers.turn():
        return await read()


async def _kept(request: Request, asked: Admitted, caller: Caller, mark: str) -> Kept:
    figures = await _figures(request, asked, caller, mark)
    labels = {
        dimension: {value: text._asdict() for value, text in words.items()}
        for dimension, words in figures.labels.items()
    }
    return Kept(to_json(figures.rows), to_json(labels), len(figures.rows))


def _synthetic(question: Question, standing: Standing) -> bool:
    waves = dict(question.chosen).get(Dimension.WAVE)
    if waves is None:
        return bool(standing.synthetic_waves)
    return not standing.synthetic_waves.isdisjoint(waves)


async def _answer(request: Request, caller: Caller, report: Report) -> Response:
    """Answer with the report, or with 304 when the caller has it already.

    No SessionDep: an answer from memory and a 304 open no transaction, any other a short one.
    """
    asked, wanted = await _admit(request, report, caller), wanted_format(request)
    watch: Watch = request.scope["state"]["watch"]
    standing = await watch.standing()
    fresh = standing.freshness(report.sources, now=utc_now())
    headers = _headers(asked, fresh)
    etag = _etag(request, asked, standing)
    shown = etag
    if wanted is not ReportFormat.JSON:
        shown = await file_tag(request, caller, etag, wanted)
    unchanged = not_modified(request, shown, headers=headers)
    if unchanged is not None:
        return unchanged
    answers: Answers = request.scope["state"]["answers"]
    kept = await answers.get(etag, lambda: _kept(request, asked, caller, standing.areas))
    meta = {
        "report": report.code,
        "as_of": fresh.as_of,
        "lag_seconds": fresh.lag_seconds,
        "synthetic": _synthetic(asked.question, standing),
        "restricted": not asked.scope.national,
        "rows": kept.number,
        **told_of(report, asked.question),
    }
    headers["ETag"] = shown
    if wanted is not ReportFormat.JSON:
        meta["labels"] = from_json(kept.labels)
        return await answer_file(
            request, caller, wanted, report=report, meta=meta, rows=kept.rows, headers=headers
        )
    # What is kept is JSON already: it is put in where the last member ends.
    head = to_json(meta).removesuffix(b"}") + b',"labels":' + kept.labels + b"}"
    body = b'{"meta":' + head + b',"rows":' + kept.rows + b"}"
    return Response(body, headers=headers, media_type="application/json")


def _headers(asked: Admitted, fresh: Freshness) -> dict[str, str]:
    return {
        "Balai-As-Of": fresh.as_of.isoformat() if fresh.as_of else "",
        "Balai-Lag-Seconds": "" if fresh.lag_seconds is None else str(fresh.lag_seconds),
        "Cache-Control": "public, no-cache" if asked.public else "private, no-cache",
        "Vary": "Authorization, Accept, Accept-Language",
    }


def told_of(report: Report, question: Question) -> dict[str, Any]:
    """Return the members of `meta` that say what was asked."""
    period, compared = question.period or Period(), question.compared
    return {
        "by": question.by,
        "area_basis": question.area_basis,
        "asked_as_of": question.as_of and question.as_of.at,
        "from": period.first,
        "to": period.last,
        "areas": question.areas,
        "compared": compared and {"from": compared.first, "to": compared.last},
        "minimum_answers": rules.minimum_answers(report, question),
    }


def _labels(text: Text) -> Labels:
    return Labels(id=text.id, en=text.en)


def _indicator(indicator: Indicator) -> IndicatorRead:
    return IndicatorRead(
        code=indicator.code,
        label=_labels(indicator.label),
        definition=_labels(indicator.definition),
        formula=_labels(formula_of(indicator)),
        source=_labels(indicator.source),
        revision=_labels(indicator.revision),
        unit=indicator.unit,
        numerator=indicator.numerator,
        denominator=indicator.denominator,
        target=indicator.target,
        has_response_rate=indicator.response is not None,
        minimum_answers=None if indicator.response is None else indicator.few,
    )


def _description(request: Request, report: Report) -> ReportDescription:
    return ReportDescription(
        code=report.code,
        label=_labels(report.label),
        description=_labels(report.description),
        url=absolute(request, f"/v1/reports/{report.code}"),
        permission=Permission.REPORTS_READ.value,
        public_without_token=bool(report.public),
        area_bases=list(report.area_bases or (AreaBasis.FACILITY,)),
        horizons=list(HORIZONS) if report.by_horizon else [],
        dimensions=[
            DimensionRead(
                code=each, label=_labels(DIMENSION_LABELS[each]), public=each in report.public
            )
            for each in report.dimensions
        ],
        indicators=[_indicator(indicator) for indicator in report.indicators],
    )


@router.get("")
async def list_reports(_: Public, request: Request) -> Catalogue:
    """List the reports: what each counts, how it may be cut, and who may see it."""
    return Catalogue(items=[_description(request, report) for report in REPORTS.values()])


def _add_route(report: Report) -> None:
    """Add the route of one report: a public one asks for a token only where a cut is not.

    Lean: a thousand dashboards ask every few seconds whether anything has moved.
    """

    @lean(public if report.public else Requires(Permission.REPORTS_READ))
    async def read(request: Request, caller: Caller) -> Response:
        return await _answer(request, caller, report)

    denials = (UnauthorizedError, ForbiddenError) if report.public else ()
    router.add_api_route(
        f"/{report.code}",
        read,
        methods=["GET"],
        name=f"get_{report.code}",
        operation_id=f"get_{report.code}",
        description=report.description.en + (_PUBLIC_CUTS if report.public else ""),
        response_model=ReportRead,
        openapi_extra=cuts_of(report),
        responses={**FILES, **problems(*REFUSALS, *denials)},
    )


for _report in REPORTS.values():
    _add_route(_report)


@router.get("/{report}", include_in_schema=False)
async def refuse_unknown(_: Public, report: str) -> None:
    """Tell whoever asks for a report that there is not which one comes nearest."""
    raise unknown_report(report)
