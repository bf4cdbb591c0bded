"""HTTP face of reports: the same shape for all, an answer from memory where nothing has moved."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import to_json

from services.reporting.catalogue.rules import REPORTS
from services.reporting.freshness.jobs import Watch
from services.reporting.freshness.rules import Standing
from services.reporting.indicators.rules import (
    DIMENSION_LABELS,
    AreaBasis,
    Dimension,
    Indicator,
    Report,
    formula_of,
)
from services.reporting.reports import queries, rules
from services.reporting.reports.rules import Question
from services.reporting.reports.schemas import (
    Catalogue,
    DimensionRead,
    IndicatorRead,
    Labels,
    ReportDescription,
    ReportQuery,
    ReportRead,
    cuts_of,
)
from shared.clock import utc_now
from shared.db.session import transaction
from shared.errors import BadRequestError, ForbiddenError, UnauthorizedError
from shared.i18n import Text, preferred_language
from shared.schemas.reporting import HORIZONS
from shared.scope import ANONYMOUS, NATIONAL, Permission, Scope
from shared.web.app import VERSION
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import not_modified
from shared.web.links import absolute
from shared.web.now import present_moment
from shared.web.openapi import problems

router = APIRouter(prefix="/reports", tags=["reports"])

ReportReader = Annotated[Caller, Depends(Requires(Permission.REPORTS_READ))]

_KEPT_ANSWERS: Final = 512
_PUBLIC_CUTS: Final = (
    "\n\nAnybody may cut it by programme, wave, time zone and province; any finer cut needs a token"
    " that reads reports, and shows its own area."
)


class DimensionNotOfferedError(BadRequestError):
    """The report cannot be cut in this way."""

    code = "dimension-not-offered"
    title = Text("Laporan tidak menyediakan dimensi ini.", "The report has no such dimension.")


class Answers:
    """The rows of the last answers, by ETag: whoever asks the same is answered from memory.

    Many who ask at once for what is not there wait for one and the same reading.
    """

    def __init__(self, size: int = _KEPT_ANSWERS) -> None:
        self._size = size
        self._kept: OrderedDict[str, asyncio.Future[bytes]] = OrderedDict()

    async def get(self, etag: str, read: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the rows under `etag`, read if need be; a failed reading is not kept."""
        answer = self._kept.get(etag)
        if answer is None:
            answer = self._kept[etag] = asyncio.ensure_future(read())
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        try:
            return await asyncio.shield(answer)
        except Exception:
            self._kept.pop(etag, None)
            raise


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request for one report, admitted."""

    report: Report
    question: Question
    scope: Scope
    public: bool
    guarded: bool
    now: datetime


@lru_cache(maxsize=1024)
def _question(report: Report, query_string: bytes) -> Question:
    """Read a query string once: FastAPI's reading of it costs more than the rest of a 304.

    Raises:
        RequestValidationError: when a value is none that the parameter can have.
        DimensionNotOfferedError: when the report cannot be cut as asked.
    """
    query = _query(query_string)
    given = query.model_dump(mode="json", include={each.value for each in Dimension})
    question = Question(
        by=tuple(dict.fromkeys(query.by)),
        chosen=tuple(
            (dimension, tuple(sorted(set(given[dimension.value]))))
            for dimension in Dimension
            if given.get(dimension.value)
        ),
        area_basis=query.area_basis,
        horizons=tuple(sorted(set(query.horizon))) or HORIZONS,
    )
    if not question.dimensions <= set(report.dimensions):
        raise DimensionNotOfferedError(extra={"dimensions": [*report.dimensions]})
    if question.area_basis not in report.area_bases:
        raise DimensionNotOfferedError(extra={"area_bases": [*report.area_bases]})
    return question


def _query(query_string: bytes) -> ReportQuery:
    values: dict[str, Any] = parse_qs(query_string.decode("latin-1"), keep_blank_values=True)
    if len(values.get("area_basis", ())) == 1:
        [values["area_basis"]] = values["area_basis"]
    try:
        return ReportQuery.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**each, "loc": ("query", *each["loc"])} for each in found]
        ) from error


async def _admit(request: Request, report: Report, caller: Caller) -> _Asked:
    """Decide which rows the caller may see.

    Raises:
        RequestValidationError: when a value is none that its parameter can have.
        DimensionNotOfferedError: when the report cannot be cut as asked.
        UnauthorizedError: when the cut is not public and there is no token.
        ForbiddenError: when the cut is not public and no grant reads reports.
    """
    question = _question(report, request.scope["query_string"])
    now = await present_moment(request)
    if rules.is_public(report, question):
        return _Asked(report, question, NATIONAL, public=True, guarded=False, now=now)
    if caller.actor is ANONYMOUS:
        raise UnauthorizedError
    if not caller.actor.may(Permission.REPORTS_READ):
        raise ForbiddenError
    scope = caller.actor.scope(Permission.REPORTS_READ)
    sees_people = caller.actor.may(Permission.FOLLOWUPS_READ)
    guarded = rules.is_guarded(report, question) and not sees_people
    return _Asked(report, question, scope, public=False, guarded=guarded, now=now)


@lru_cache(maxsize=4096)
def _scope_mark(scope: Scope) -> str:
    return "national" if scope.national else hashlib.sha256(repr(scope).encode()).hexdigest()


@lru_cache(maxsize=4096)
def _question_mark(question: Question) -> str:
    return hashlib.sha256(repr(question).encode()).hexdigest()


def _etag(request: Request, asked: _Asked, standing: Standing) -> str:
    """Return what changes when the rows may have: the position, and whatever cuts them."""
    parts = (
        VERSION,
        asked.report.code,
        _question_mark(asked.question),
        _scope_mark(asked.scope),
        str(asked.guarded),
        preferred_language(request.headers.get("accept-language")),
        standing.position(asked.report.sources),
        str(standing.starts_passed(asked.now)) if asked.report.timed else "",
    )
    return f'W/"{hashlib.blake2b("|".join(parts).encode(), digest_size=12).hexdigest()}"'


async def _rows(request: Request, asked: _Asked, caller: Caller) -> bytes:
    sessions = request.scope["state"]["sessions"]
    async with transaction(sessions, scope=asked.scope, actor=caller.actor) as session:
        sums = await queries.read_report(
            session, asked.report, question=asked.question, scope=asked.scope, now=asked.now
        )
    rows = rules.rows_of(asked.report, asked.question, sums)
    return to_json(rules.withhold_small(rows) if asked.guarded else rows)


def _synthetic(question: Question, standing: Standing) -> bool:
    waves = dict(question.chosen).get(Dimension.WAVE)
    if waves is None:
        return bool(standing.synthetic_waves)
    return not standing.synthetic_waves.isdisjoint(waves)


async def _answer(request: Request, caller: Caller, report: Report) -> Response:
    """Answer with the report, or with 304 when the caller has it already.

    No SessionDep: an answer from memory and a 304 open no transaction, any other a short one.
    """
    asked = await _admit(request, report, caller)
    watch: Watch = request.scope["state"]["watch"]
    standing = await watch.standing()
    fresh = standing.freshness(report.sources, now=utc_now())
    as_of = fresh.as_of.isoformat() if fresh.as_of else ""
    headers = {
        "Balai-As-Of": as_of,
        "Balai-Lag-Seconds": "" if fresh.lag_seconds is None else str(fresh.lag_seconds),
        "Cache-Control": "public, no-cache" if asked.public else "private, no-cache",
        "Vary": "Authorization, Accept-Language",
    }
    etag = _etag(request, asked, standing)
    unchanged = not_modified(request, etag, headers=headers)
    if unchanged is not None:
        return unchanged
    answers: Answers = request.scope["state"]["answers"]
    rows = await answers.get(etag, lambda: _rows(request, asked, caller))
    meta = {
        "report": report.code,
        "as_of": fresh.as_of,
        "lag_seconds": fresh.lag_seconds,
        "area_basis": asked.question.area_basis,
        "synthetic": _synthetic(asked.question, standing),
        "restricted": not asked.scope.national,
        "by": asked.question.by,
        "minimum_answers": rules.minimum_answers(report, asked.question),
    }
    body = b'{"meta":' + to_json(meta) + b',"rows":' + rows + b"}"
    return Response(body, headers={**headers, "ETag": etag}, media_type="application/json")


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
    """Add the route of one report: a public one asks for a token only where a cut is not."""

    async def read_public(caller: Public, request: Request) -> Response:
        return await _answer(request, caller, report)

    async def read(caller: ReportReader, request: Request) -> Response:
        return await _answer(request, caller, report)

    denials = (UnauthorizedError, ForbiddenError) if report.public else ()
    router.add_api_route(
        f"/{report.code}",
        read_public if report.public else read,
        methods=["GET"],
        name=f"get_{report.code}",
        operation_id=f"get_{report.code}",
        description=report.description.en + (_PUBLIC_CUTS if report.public else ""),
        response_model=ReportRead,
        openapi_extra=cuts_of(report),
        responses=problems(DimensionNotOfferedError, *denials),
    )


for _report in REPORTS.values():
    _add_route(_report)
