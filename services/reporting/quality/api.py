"""HTTP face of data quality."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request

from services.reporting.folding.rules import Source
from services.reporting.freshness.jobs import Watch
from services.reporting.quality import queries, rules
from services.reporting.quality.rules import MEANINGS, Rule
from services.reporting.quality.schemas import QualityItem, QualityRead, QualitySummary
from shared.clock import utc_now
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.links import absolute
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/quality", tags=["reports"])

QualityReader = Annotated[Caller, Depends(Requires(Permission.QUALITY_READ))]


def _guarded(caller: Caller, rule: Rule) -> bool:
    sees_people = caller.actor.sees_all(Permission.FOLLOWUPS_READ, caller.scope)
    return rule is Rule.MISSING_OUTCOMES and not sees_people


@router.get("")
async def get_quality(
    request: Request, session: SessionDep, caller: QualityReader, now: Now
) -> QualitySummary:
    """Return how much is wrong or late within the caller's reach, by rule."""
    items = []
    for rule, meaning in MEANINGS.items():
        count = await queries.count_wrong(session, rule, scope=caller.scope, now=now)
        shown: dict[str, Any] = {"count": None, "suppressed": False}
        if count is not None:
            shown = rules.withheld(count, guarded=_guarded(caller, rule))
        items.append(
            QualityRead(
                code=rule,
                label=meaning.label._asdict(),
                definition=meaning.definition._asdict(),
                url=meaning.elsewhere or absolute(request, f"/v1/quality/{rule}"),
                **shown,
            )
        )
    watch: Watch = request.scope["state"]["watch"]
    standing = await watch.standing()
    return QualitySummary(
        as_of=standing.freshness(Source, now=utc_now()).as_of,
        synthetic=bool(standing.synthetic_waves),
        items=items,
    )


@router.get("/{rule}", responses=problems(rules.RuleListlessError, CursorInvalidError))
async def list_quality(
    *,
    request: Request,
    session: SessionDep,
    caller: QualityReader,
    now: Now,
    page: PageArgs,
    rule: Annotated[Rule, Path(description="The rule's code.")],
) -> Page[QualityItem]:
    """List the classes of which a rule finds something wrong."""
    rules.check_listed(rule)
    rows = await queries.list_wrong(
        session,
        rule,
        scope=caller.scope,
        now=now,
        after=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    guarded = _guarded(caller, rule)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: (str(row["class_id"]),),
        read=lambda row: QualityItem.model_validate(
            {**row, **rules.withheld(row["count"], guarded=guarded)}
        ),
    )
