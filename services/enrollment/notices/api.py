"""HTTP face of notices."""

import secrets
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from services.enrollment.base import Audit, Idempotency
from services.enrollment.identities.rules import NONCE_BYTES, NikKeys
from services.enrollment.notices import operations, queries, rules
from services.enrollment.notices.operations import Wanted
from services.enrollment.notices.schemas import (
    NoticeRead,
    NoticeRecipient,
    NoticesRequest,
    NoticesRequested,
)
from services.enrollment.participants.queries import get_participant
from services.enrollment.participants.rules import ParticipantUnknownError, is_self
from shared.clock import utc_now
from shared.db.audit import note_read
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/notices", tags=["notices"])
person_router = APIRouter(prefix="/participants/{participant_id}/notices", tags=["notices"])

ParticipantId = Annotated[UUID, Path(description="The participant's identifier.")]
NoticeId = Annotated[UUID, Path(description="The notice's identifier.")]
NoticeSender = Annotated[Caller, Depends(Requires(Permission.NOTICES_SEND))]
NoticeReader = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_READ))]
NoticeWriter = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_WRITE))]

_EXAMPLE: Final = {
    "kind": "FOLLOW_UP",
    "path": "/reporting/follow-up",
    "months": 6,
    "expires_at": "2027-09-01T17:00:00Z",
    "recipients": [
        {
            "participant_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
            "occasion_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12",
            "token": "Zm9sbG93LXVwLXRva2Vu",
        }
    ],
}
RequestBody = Annotated[NoticesRequest, Body(examples=[_EXAMPLE])]


async def _nik_keys(request: Request) -> NikKeys:
    keys: NikKeys = request.scope["state"]["nik_keys"]
    return keys


async def _sends(request: Request) -> None:
    """Refuse to promise what this installation does not do.

    Raises:
        NoticesOffError: when notices are switched off.
    """
    if not request.scope["state"]["settings"].sends_notices:
        raise rules.NoticesOffError


Keys = Annotated[NikKeys, Depends(_nik_keys)]


def _wanted(body: NoticesRequest, recipient: NoticeRecipient, keys: NikKeys) -> Wanted:
    bound_to = rules.token_bound_to(recipient.participant_id, recipient.occasion_id)
    token = recipient.token.get_secret_value()
    sealed = keys.seal_text(token, bound_to=bound_to, nonce=secrets.token_bytes(NONCE_BYTES))
    return Wanted(
        participant_id=recipient.participant_id,
        kind=body.kind,
        occasion_id=recipient.occasion_id,
        version=1,
        params={"months": body.months, "path": body.path},
        expires_at=body.expires_at,
        token_cipher=sealed.cipher,
        token_key_id=sealed.key_id,
    )


@router.post(
    "",
    status_code=HTTPStatus.MULTI_STATUS,
    response_model=NoticesRequested,
    responses=problems(rules.NoticesOffError),
    dependencies=[Depends(_sends)],
)
async def request_notices(
    session: SessionDep, caller: NoticeSender, once: OnceDep, keys: Keys, body: RequestBody
) -> Response:
    """Tell up to 100 people something for a service that holds no contacts; a status each.

    Nobody is told of one occasion twice, whoever asks. Whether it could be sent stands in the
    person's notices.
    """

    async def work() -> NoticesRequested:
        wanted = [_wanted(body, each, keys) for each in body.recipients]
        return await operations.request_notices(session, wanted, now=utc_now())

    return await answer_once(session, Idempotency, once, work, status=HTTPStatus.MULTI_STATUS)


@person_router.get("", responses=problems(ParticipantUnknownError, CursorInvalidError))
async def list_notices(
    request: Request,
    session: SessionDep,
    caller: NoticeReader,
    participant_id: ParticipantId,
    page: PageArgs,
    response: Response,
) -> Page[NoticeRead]:
    """List what somebody was told and what became of it, the newest first; reading is noted."""
    await get_participant(session, participant_id, scope=caller.scope)
    if not is_self(participant_id, scope=caller.scope):
        await note_read(
            session, Audit, action="participant.notices.read", subject_id=participant_id
        )
    before = None if page.after_text is None else UUID(page.after_text)
    rows = await queries.list_notices(session, participant_id, before=before, limit=page.fetch)
    response.headers["Cache-Control"] = "no-store"
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=NoticeRead)


@person_router.post(
    "/{notice_id}/retry",
    response_model=NoticeRead,
    responses=problems(
        ParticipantUnknownError,
        rules.NoticeUnknownError,
        rules.NoticeNotFailedError,
        rules.NoticesOffError,
    ),
    dependencies=[Depends(_sends)],
)
async def retry_notice(
    session: SessionDep,
    caller: NoticeWriter,
    once: OnceDep,
    participant_id: ParticipantId,
    notice_id: NoticeId,
) -> Response:
    """Have a notice sent again that has failed, for example after the address was corrected."""

    async def work() -> NoticeRead:
        person = await get_participant(session, participant_id, scope=caller.scope)
        notice = await operations.retry_notice(session, person, notice_id, now=utc_now())
        return NoticeRead.model_validate(notice)

    return await answer_once(session, Idempotency, once, work)
