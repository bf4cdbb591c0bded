"""HTTP face of retention: the rules, and what they would erase."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.enrollment.retention import queries
from services.enrollment.retention.rules import RULES
from services.enrollment.retention.schemas import RetentionRead, RuleRead, RunRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/retention", tags=["privacy"])

Handler = Annotated[Caller, Depends(Requires(Permission.PRIVACY_HANDLE))]


@router.get("")
async def get_retention(
    request: Request, session: SessionDep, _: Handler, now: Now
) -> RetentionRead:
    """Return how long what is kept, and how many rows would be erased now: nothing is."""
    items = []
    language = language_of(request)
    for rule in RULES:
        run = await queries.last_run(session, rule)
        items.append(
            RuleRead(
                name=rule.name,
                days=rule.after.days,
                what=rule.what.in_(language),
                source=rule.source,
                due=await queries.count_due(session, rule, now=now),
                last_run=None if run is None else RunRead.model_validate(run),
            )
        )
    return RetentionRead(items=items)
