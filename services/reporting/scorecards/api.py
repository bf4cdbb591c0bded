"""HTTP face of scorecards."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from services.reporting.folding.rules import Source
from services.reporting.freshness.jobs import Watch
from services.reporting.questions.schemas import ProvinceCode
from services.reporting.scorecards import queries, rules
from services.reporting.scorecards.queries import Reading, Rows, Wanted
from services.reporting.scorecards.rules import PARTS, Virtue
from services.reporting.scorecards.schemas import ScorecardLine, ScorecardRead
from shared.clock import utc_now
from shared.schemas.base import Ministry, RegencyCode
from shared.schemas.paging import Page
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.schemas.reporting import HorizonMonths
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/scorecards", tags=["reports"])

ReportReader = Annotated[Caller, Depends(Requires(Permission.REPORTS_READ))]
Horizon = Annotated[
    HorizonMonths, Query(description="Months after the training at which outcomes are counted.")
]
_HALF_A_YEAR: HorizonMonths = 6


async def _wanted(
    province: Annotated[ProvinceCode | None, Query()] = None,
    regency: Annotated[RegencyCode | None, Query()] = None,
    kind: Annotated[FacilityKind | None, Query(alias="facility_kind")] = None,
    ministry: Annotated[
        Ministry | None, Query(alias="owner_ministry", description="Who owns the centre.")
    ] = None,
    status: Annotated[
        FacilityStatus | None, Query(description="By default all that are not closed.")
    ] = None,
) -> Wanted:
    return Wanted(province, regency, kind, ministry, status)


def _reading(caller: Caller, now: Now, horizon: HorizonMonths) -> Reading:
    guarded = not caller.actor.sees_all(Permission.FOLLOWUPS_READ, caller.scope)
    return Reading(caller.scope, now, horizon, guarded)


@router.get("", responses=problems(CursorInvalidError))
async def list_scorecards(
    *,
    request: Request,
    session: SessionDep,
    caller: ReportReader,
    now: Now,
    page: PageArgs,
    wanted: Annotated[Wanted, Depends(_wanted)],
    horizon: Horizon = _HALF_A_YEAR,
) -> Page[ScorecardLine]:
    """List centres with how many criteria of a credible and self-reliant centre each meets."""
    after = None if page.after_text is None else UUID(page.after_text)
    centres = await queries.list_centres(
        session, wanted, scope=caller.scope, after=after, limit=page.fetch
    )
    ids = [each.facility_id for each in centres]
    cards = await queries.read_cards(session, ids, _reading(caller, now, horizon))
    return page_of(
        request,
        centres,
        page.limit,
        key=lambda row: (str(row.facility_id),),
        read=lambda row: ScorecardLine.model_validate(_line(row, cards[row.facility_id])),
    )


@router.get("/{facility_id}", responses=problems(rules.FacilityUnknownError))
async def get_scorecard(
    *,
    request: Request,
    session: SessionDep,
    caller: ReportReader,
    now: Now,
    facility_id: Annotated[UUID, Path(description="The facility's identifier.")],
    horizon: Horizon = _HALF_A_YEAR,
) -> ScorecardRead:
    """Return the card of a centre: use, output, completion, outcomes, response, self-reliance."""
    centre = await queries.get_centre(session, facility_id, scope=caller.scope)
    reading = _reading(caller, now, horizon)
    rows = (await queries.read_cards(session, [facility_id], reading))[facility_id]
    alike = await queries.read_kind(session, centre.facility_kind, reading)
    watch: Watch = request.scope["state"]["watch"]
    standing = await watch.standing()
    return ScorecardRead.model_validate(
        {
            **_line(centre, rows),
            "as_of": standing.freshness(Source, now=utc_now()).as_of,
            "synthetic": bool(standing.synthetic_waves),
            "horizon_months": horizon,
            "indicators": _scores(rows, alike),
            "criteria": [{**each, "label": each["label"]._asdict()} for each in rules.judge(rows)],
        }
    )


def _line(centre: object, rows: Rows) -> dict[str, Any]:
    criteria = rules.judge(rows)
    shown = {
        name: getattr(centre, name)
        for name in ScorecardLine.model_fields
        if name not in ("credible", "self_reliant")
    }
    return {
        **shown,
        "credible": rules.tally(criteria, Virtue.CREDIBLE),
        "self_reliant": rules.tally(criteria, Virtue.SELF_RELIANT),
    }


def _scores(rows: Rows, alike: Rows) -> list[Mapping[str, Any]]:
    return [
        {
            **rows[part.code, indicator.code],
            "part": part.code,
            "part_label": part.label._asdict(),
            "code": indicator.code,
            "label": indicator.label._asdict(),
            "definition": indicator.definition._asdict(),
            "unit": indicator.unit,
            "of_its_kind": alike[part.code, indicator.code]["value"],
        }
        for part in PARTS
        for indicator in part.shown()
    ]
