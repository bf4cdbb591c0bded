"""HTTP face of businesses."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.businesses import operations, queries, rules
from services.enrollment.businesses.schemas import (
    BusinessRead,
    BusinessReceipt,
    BusinessStatement,
)
from services.enrollment.businesses.tables import ParticipantBusiness
from services.enrollment.participants import rules as participant_rules
from services.enrollment.participants.api import (
    ParticipantId,
    ParticipantReader,
    ParticipantWriter,
)
from services.enrollment.participants.operations import read_participant
from services.enrollment.participants.queries import get_for_change
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants/{participant_id}/businesses", tags=["participants"])

_EXAMPLE: Final = {
    "as_of": "2026-06-30",
    "nib": "0000123456789",
    "kbli": "10710",
    "kbli_scheme": "2020",
    "founded_on": "2022-03-01",
    "capital_rupiah": 1_200_000_000,
    "annual_sales_rupiah": 900_000_000,
    "employees": 4,
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=BusinessReceipt,
    responses=problems(
        participant_rules.ParticipantUnknownError,
        participant_rules.BusinessUnexpectedError,
        participant_rules.FoundedInFutureError,
        participant_rules.SizeUnknownError,
        participant_rules.BusinessTooLargeError,
        rules.StatedInFutureError,
    ),
)
async def state_business(
    session: SessionDep,
    caller: ParticipantWriter,
    once: OnceDep,
    now: Now,
    participant_id: ParticipantId,
    body: Annotated[BusinessStatement, Body(examples=[_EXAMPLE])],
) -> Response:
    """Say how a person's business stands as of a day; the latest day decides the size class.

    `step` UP is what is called naik kelas. Enrollments keep the size class that they copied.
    """

    async def work() -> BusinessReceipt:
        person = await get_for_change(session, participant_id, scope=caller.scope)
        stated = await operations.state_business(
            session,
            person,
            body,
            registered_on=ledger_day(person.created_at),
            now=now,
            today=ledger_day(now),
        )
        made = stated.business
        return BusinessReceipt(
            id=made.id,
            participant_id=person.id,
            as_of=made.as_of,
            entrant_kind=made.entrant_kind,
            size_criterion=made.size_criterion,
            rule_version=made.rule_version,
            present=stated.present,
            step=stated.step,
            warnings=list(stated.warnings),
        )

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.get("", responses=problems(participant_rules.ParticipantUnknownError, CursorInvalidError))
async def list_businesses(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: ParticipantReader,
    participant_id: ParticipantId,
    page: PageArgs,
) -> Page[BusinessRead]:
    """List what was said of a person's business, the latest first, and how it grew."""
    person = await read_participant(session, participant_id, scope=caller.scope)
    before = None
    if page.after is not None:
        before = date.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))
    rows = list(await queries.list_businesses(session, person.id, before=before, limit=page.fetch))
    registered = operations.registered_business(person, on=ledger_day(person.created_at))
    if not rows and before is None and registered is not None:
        rows = [registered]
    response.headers["Cache-Control"] = "no-store"
    steps = {
        row.id: rules.size_step(None if older is None else older.entrant_kind, row.entrant_kind)
        for row, older in pairwise([*rows, None])
        if row is not None
    }

    def read(row: ParticipantBusiness) -> BusinessRead:
        told = {name: getattr(row, name) for name in BusinessRead.model_fields if name != "step"}
        return BusinessRead(**told, step=steps[row.id])

    return page_of(
        request, rows, page.limit, key=lambda row: [row.as_of.isoformat(), str(row.id)], read=read
    )
