"""HTTP face of duplicates."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from services.enrollment.base import Idempotency
from services.enrollment.duplicate_candidates.rules import DuplicateState, Likeness
from services.enrollment.participant_duplicates import operations, queries, rules
from services.enrollment.participant_duplicates.queries import Twins
from services.enrollment.participant_duplicates.schemas import (
    DuplicateDistinct,
    DuplicateRead,
    TwinRead,
)
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/participant-duplicates", tags=["participant-duplicates"])

DuplicateId = Annotated[UUID, Path(description="The pair's identifier.")]
ParticipantMerger = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_MERGE))]

_EXAMPLE: Final = {"reason": "Dua orang: kartu keluarga diperlihatkan (DATA SINTETIS)"}


@router.get("", responses=problems(CursorInvalidError))
async def list_participant_duplicates(
    request: Request,
    session: SessionDep,
    caller: ParticipantMerger,
    page: PageArgs,
    state: Annotated[DuplicateState, Query()] = DuplicateState.OPEN,
) -> Page[DuplicateRead]:
    """List pairs of people who may be one, both within scope, the surest first.

    They are told coarsely: whoever decides reads the two, which is noted. A pair that was merged
    stands with the merge.
    """
    rows = await queries.list_duplicates(
        session,
        state,
        scope=caller.scope,
        after=None if page.after is None else (int(page.after[0] or 0), UUID(str(page.after[1]))),
        limit=page.fetch,
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.duplicate.score, str(row.duplicate.id)],
        read=_read,
    )


def _read(row: Twins) -> DuplicateRead:
    duplicate, one, other = row
    return DuplicateRead(
        id=duplicate.id,
        a=TwinRead.model_validate(one),
        b=TwinRead.model_validate(other),
        score=duplicate.score,
        reasons=[Likeness(each) for each in duplicate.reasons],
        state=duplicate.state,
        reason=duplicate.reason,
        decided_at=duplicate.decided_at,
        version=duplicate.version,
        found_at=duplicate.found_at,
    )


@router.post(
    "/{duplicate_id}/distinct",
    response_model=DuplicateRead,
    responses=problems(rules.DuplicateNotFoundError, rules.DuplicateDecidedError),
)
async def tell_participants_apart(
    session: SessionDep,
    caller: ParticipantMerger,
    once: OnceDep,
    now: Now,
    duplicate_id: DuplicateId,
    body: Annotated[DuplicateDistinct, Body(examples=[_EXAMPLE])],
) -> Response:
    """Say that the two are two: the pair does not come back."""

    async def work() -> DuplicateRead:
        row = await operations.tell_apart(
            session, duplicate_id, reason=body.reason, scope=caller.scope, now=now
        )
        return _read(row)

    return await answer_once(session, Idempotency, once, work)
