"""HTTP face of recording answers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from services.reporting.base import Idempotency
from services.reporting.followup_instruments.rules import AnswerRefusedError
from services.reporting.followup_recording import operations
from services.reporting.followups import rules
from services.reporting.followups.api import Keys
from services.reporting.followups.schemas import FollowUpCreate, FollowUpRead
from services.reporting.restricted_people.rules import PersonRestrictedError
from shared.clock import ledger_day
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/followups", tags=["followups"])

FollowUpWriter = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_WRITE))]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=FollowUpRead,
    responses={
        **problems(
            rules.UnknownEnrollmentError,
            rules.HomeOnlyError,
            rules.NotCompletedError,
            PersonRestrictedError,
            rules.FollowUpIdTakenError,
            rules.RecordedTwiceError,
            rules.SourceRefusedError,
            rules.EvidenceMissingError,
            rules.FollowUpNotDueError,
            rules.OwnWordError,
            rules.AnswerInconsistentError,
            AnswerRefusedError,
            rules.IncomeKeyMissingError,
        ),
        status.HTTP_200_OK: {"model": FollowUpRead, "description": "The correction, recorded."},
    },
)
async def record_followup(
    caller: FollowUpWriter,
    session: SessionDep,
    once: OnceDep,
    keys: Keys,
    now: Now,
    body: FollowUpCreate,
) -> Response:
    """Record what somebody does 3, 6 or 12 months after the training.

    There is one answer per enrollment and horizon: a second one is a correction (200), a new
    version of the first, because whoever asks again a year later need not know the first one's
    ETag. So is the answer of somebody who was asked: its follow-up has an id already, and a given
    one is of no use. Staff record PROXY, or VERIFIED with evidence; SELF is the person's own word,
    which PROXY and UNREACHED never replace. The answer never shows amounts of income.
    """

    async def work() -> FollowUpRead:
        followup = await operations.record_followup(
            session,
            scope=caller.scope,
            body=body,
            keys=keys,
            today=ledger_day(now),
            now=now,
        )
        return FollowUpRead.model_validate(followup)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=lambda made: status.HTTP_201_CREATED if made.version == 1 else status.HTTP_200_OK,
        location=lambda made: f"/v1/followups/{made.id}",
        etag=lambda made: etag_of(made.version),
    )
