"""HTTP face of reminders."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.registry.agreement_reminders import queries
from services.registry.agreement_reminders.rules import ReminderSubject
from services.registry.agreement_reminders.schemas import ReminderRead
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreement-reminders", tags=["agreement-reminders"])

RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]


@router.get("", responses=problems(CursorInvalidError))
async def list_agreement_reminders(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    *,
    subject: Annotated[ReminderSubject | None, Query()] = None,
    due_from: Annotated[date | None, Query(description="Due on this day or later.")] = None,
    due_before: Annotated[date | None, Query(description="Due before this day.")] = None,
) -> Page[ReminderRead]:
    """List reminders within the caller's scope, of what is due first at the top.

    An office is also reminded of agreements, and their actions, that cover its facilities.
    """
    rows = await queries.list_reminders(
        session,
        scope=caller.scope,
        subject=subject,
        due_from=due_from,
        due_before=due_before,
        after=page.after,
        limit=page.fetch,
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.due_on.isoformat(), str(row.id)],
        read=ReminderRead,
    )
