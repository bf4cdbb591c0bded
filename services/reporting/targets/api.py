"""HTTP face of targets: what was promised, and how far it has come."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.reporting.base import Idempotency
from services.reporting.questions.rules import ValueUnknownError
from services.reporting.targets import operations, queries, rules
from services.reporting.targets.queries import TargetFilter
from services.reporting.targets.rules import TargetOrigin
from services.reporting.targets.schemas import (
    AchievementRead,
    IndicatorCode,
    RegionCode,
    TargetChange,
    TargetCreate,
    TargetRead,
    TargetStanding,
    Year,
)
from services.reporting.targets.tables import Target
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/targets", tags=["targets"])

TargetId = Annotated[UUID, Path(description="The target's identifier.")]
ReportReader = Annotated[Caller, Depends(Requires(Permission.REPORTS_READ))]
TargetWriter = Annotated[Caller, Depends(Requires(Permission.TARGETS_WRITE))]
WindowDays = Annotated[
    int, Query(ge=1, le=366, description="Days over which the pace is taken, 28 unless told.")
]

_FACTS_REFUSED = (
    rules.TargetOutOfScopeError,
    rules.TargetInvalidError,
    rules.TargetWithdrawnError,
    rules.TargetOfRegistryError,
)


def _narrowed(
    *,
    indicator: Annotated[IndicatorCode | None, Query()] = None,
    area: Annotated[RegionCode | None, Query()] = None,
    year: Annotated[Year | None, Query()] = None,
    program_id: UUID | None = None,
    agreement_id: UUID | None = None,
    facility_id: UUID | None = None,
    origin: TargetOrigin | None = None,
    withdrawn: Annotated[bool, Query(description="Show those that were withdrawn too.")] = False,
) -> TargetFilter:
    return TargetFilter(
        indicator=indicator,
        area=area,
        year=year,
        program_id=program_id,
        agreement_id=agreement_id,
        facility_id=facility_id,
        origin=origin,
        withdrawn=withdrawn,
    )


def _guarded(caller: Caller) -> bool:
    """Tell whether small figures are withheld: from whoever may not see the people themselves."""
    return not caller.actor.sees_all(Permission.FOLLOWUPS_READ, caller.scope)


@router.get("", responses=problems(CursorInvalidError))
async def list_targets(
    *,
    request: Request,
    session: SessionDep,
    caller: ReportReader,
    page: PageArgs,
    now: Now,
    wanted: Annotated[TargetFilter, Depends(_narrowed)],
    window_days: WindowDays = rules.WINDOW_DAYS,
) -> Page[TargetStanding]:
    """List targets in the order of their codes, each with how far it has come.

    The nation's are everybody's; others are those of the caller's area.
    """
    rows = await queries.list_targets(
        session, wanted, scope=caller.scope, after=page.after_text, limit=page.fetch
    )
    standings = await operations.read_standings(
        session,
        rows,
        now=now,
        window_days=window_days,
        today=ledger_day(now),
        guarded=_guarded(caller),
    )
    return page_of(
        request, standings, page.limit, key=lambda each: [each.code], read=lambda each: each
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=TargetRead,
    responses=problems(
        rules.TargetOutOfScopeError,
        rules.TargetIndicatorUnknownError,
        rules.TargetInvalidError,
        rules.TargetBaselineUnknownError,
        ValueUnknownError,
        rules.TargetIdTakenError,
        rules.TargetCodeTakenError,
    ),
)
async def state_target(
    session: SessionDep, caller: TargetWriter, once: OnceDep, now: Now, body: TargetCreate
) -> Response:
    """State a target of the nation, of an area or of a programme."""

    async def work() -> TargetRead:
        target = await operations.state_target(session, body, scope=caller.scope, now=now)
        return TargetRead.model_validate(target)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/targets/{made.id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get("/{target_id}", responses=problems(rules.TargetNotFoundError))
async def get_target(
    session: SessionDep, caller: ReportReader, target_id: TargetId, response: Response
) -> TargetRead:
    """Return one target."""
    target = await queries.get_target(session, target_id, scope=caller.scope)
    response.headers["ETag"] = etag_of(target.version)
    return TargetRead.model_validate(target)


@router.get("/{target_id}/achievement", responses=problems(rules.TargetNotFoundError))
async def get_target_achievement(
    session: SessionDep,
    caller: ReportReader,
    target_id: TargetId,
    now: Now,
    window_days: WindowDays = rules.WINDOW_DAYS,
) -> AchievementRead:
    """Return how far a target has come: achieved, gap, pace, pace needed and projected day."""
    target = await queries.get_target(session, target_id, scope=caller.scope)
    [standing] = await operations.read_standings(
        session,
        [target],
        now=now,
        window_days=window_days,
        today=ledger_day(now),
        guarded=_guarded(caller),
    )
    return standing.achievement


@router.patch(
    "/{target_id}",
    response_model=TargetRead,
    responses=problems(rules.TargetNotFoundError, *_FACTS_REFUSED),
)
async def change_target(
    session: SessionDep,
    caller: TargetWriter,
    target_id: TargetId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[TargetChange, Body(media_type="application/merge-patch+json")],
) -> Response:
    """Change what the merge patch names; each change is told, so that the earlier is not lost."""
    target = await queries.get_target(session, target_id, scope=caller.scope, for_update=True)
    check_match(if_match, target.version)
    return _answer(
        await operations.change_target(session, target, body, scope=caller.scope, now=now)
    )


@router.post(
    "/{target_id}/withdraw",
    response_model=TargetRead,
    responses=problems(rules.TargetNotFoundError, *_FACTS_REFUSED),
)
async def withdraw_target(
    session: SessionDep, caller: TargetWriter, once: OnceDep, target_id: TargetId, now: Now
) -> Response:
    """Withdraw a target; it stays readable."""

    async def work() -> TargetRead:
        target = await queries.get_target(session, target_id, scope=caller.scope, for_update=True)
        withdrawn = await operations.withdraw_target(session, target, scope=caller.scope, now=now)
        return TargetRead.model_validate(withdrawn)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda made: etag_of(made.version)
    )


def _answer(target: Target) -> Response:
    return Response(
        TargetRead.model_validate(target).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(target.version)},
    )
