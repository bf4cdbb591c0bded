"""HTTP face of questionnaires."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from services.reporting.base import Idempotency
from services.reporting.followup_instruments import operations, queries, rules
from services.reporting.followup_instruments.rules import InstrumentState
from services.reporting.followup_instruments.schemas import (
    InstrumentChange,
    InstrumentCreate,
    InstrumentRead,
)
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/followup-instruments", tags=["followups"])

Reader = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_READ))]
Designer = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_DESIGN))]
InstrumentId = Annotated[UUID, Path(description="The version's identifier.")]


@router.get("", responses=problems(CursorInvalidError))
async def list_followup_instruments(
    _: Reader,
    session: SessionDep,
    request: Request,
    page: PageArgs,
    program_id: Annotated[UUID | None, Query(description="Of this programme only.")] = None,
    state: Annotated[InstrumentState | None, Query(description="PUBLISHED: in use.")] = None,
) -> Page[InstrumentRead]:
    """List the versions of questionnaires in the order in which they were made."""
    rows = await queries.list_instruments(
        session,
        program_id=program_id,
        state=state,
        after=UUID(str(page.after[0])) if page.after else None,
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=queries.read_of)


@router.get("/{instrument_id}", responses=problems(rules.InstrumentUnknownError))
async def get_followup_instrument(
    instrument_id: InstrumentId, _: Reader, session: SessionDep, response: Response
) -> InstrumentRead:
    """Return one version of a questionnaire."""
    instrument = await queries.get_instrument(session, instrument_id)
    response.headers["ETag"] = etag_of(instrument.version)
    return queries.read_of(instrument)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=InstrumentRead,
    responses=problems(
        rules.ProgramUnknownError,
        rules.NotYourProgramError,
        rules.QuestionsInvalidError,
        rules.InstrumentBeingMadeError,
    ),
)
async def draft_followup_instrument(
    caller: Designer, session: SessionDep, once: OnceDep, now: Now, body: InstrumentCreate
) -> Response:
    """Draft a new version of a questionnaire, of a programme or of the nation."""

    async def work() -> InstrumentRead:
        return queries.read_of(
            await operations.draft_instrument(session, scope=caller.scope, body=body, now=now)
        )

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/followup-instruments/{made.id}",
        etag=lambda made: etag_of(made.version),
    )


@router.put(
    "/{instrument_id}",
    responses=problems(
        rules.InstrumentUnknownError,
        rules.NotYourProgramError,
        rules.InstrumentPublishedError,
        rules.QuestionsInvalidError,
    ),
)
async def change_followup_instrument(
    *,
    instrument_id: InstrumentId,
    caller: Designer,
    session: SessionDep,
    if_match: IfMatch,
    now: Now,
    body: InstrumentChange,
    response: Response,
) -> InstrumentRead:
    """Replace what a draft asks; what was published stays as it is."""
    instrument = await queries.get_instrument(session, instrument_id, for_update=True)
    check_match(if_match, instrument.version)
    await operations.change_instrument(session, instrument, scope=caller.scope, body=body, now=now)
    response.headers["ETag"] = etag_of(instrument.version)
    return queries.read_of(instrument)


@router.post(
    "/{instrument_id}/publish",
    response_model=InstrumentRead,
    responses=problems(
        rules.InstrumentUnknownError,
        rules.NotYourProgramError,
        rules.InstrumentPublishedError,
        rules.InstrumentBeingMadeError,
    ),
)
async def publish_followup_instrument(
    instrument_id: InstrumentId, caller: Designer, session: SessionDep, once: OnceDep, now: Now
) -> Response:
    """Ask this version from now on, in place of the one that was in use."""

    async def work() -> InstrumentRead:
        return queries.read_of(
            await operations.publish_instrument(session, instrument_id, scope=caller.scope, now=now)
        )

    return await answer_once(
        session, Idempotency, once, work, etag=lambda made: etag_of(made.version)
    )
