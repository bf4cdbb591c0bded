"""Requests for privacy: filed, taken on, answered or refused, each within one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Event, Job
from services.enrollment.consents.operations import state_consent
from services.enrollment.consents.rules import check_paper
from services.enrollment.legal_holds.queries import holdings_on
from services.enrollment.legal_holds.rules import again_on
from services.enrollment.participants.rules import place_of
from services.enrollment.participants.tables import Participant
from services.enrollment.privacy_requests import rules
from services.enrollment.privacy_requests.rules import (
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
)
from services.enrollment.privacy_requests.schemas import ErasePerson, GatherCopy, RequestCreate
from services.enrollment.privacy_requests.tables import PrivacyRequest
from services.enrollment.restrictions.operations import restrict_person
from services.enrollment.restrictions.rules import Restricted
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.ids import new_id
from shared.schemas.enrollment import PrivacyRequestMoved, Topic

SERVICE: Final = "enrollment"
_REFUSALS: Final = {
    "uq_privacy_request_open": rules.RequestOpenError,
    "uq_privacy_request_id": rules.RequestIdTakenError,
    "pk_privacy_request": rules.RequestIdTakenError,
}
_TOPICS: Final = {
    RequestState.RECEIVED: Topic.PRIVACY_REQUESTED,
    RequestState.IN_PROGRESS: Topic.PRIVACY_REQUEST_TAKEN_ON,
    RequestState.DONE: Topic.PRIVACY_REQUEST_DONE,
    RequestState.REFUSED: Topic.PRIVACY_REQUEST_REFUSED,
}


async def file_request(
    session: AsyncSession,
    person: Participant,
    body: RequestCreate,
    *,
    himself: bool,
    now: datetime,
) -> PrivacyRequest:
    """Record what a locked person asks; withdrawal and restriction are answered at once.

    Raises:
        PurposeError, MembersError, PaperMissingError: when it says too little or too much.
        RequestOpenError: when the same is asked already.
        RequestIdTakenError: when the id is in use.
        ConsentUnneededError, ConsentUnchangedError: when there is nothing to withdraw.
    """
    rules.check_asked(
        body.kind,
        purpose=body.purpose is not None,
        version=body.version is not None,
        members=bool(body.members),
    )
    check_paper(himself=himself, given=body.paper is not None)
    request = _row(session, person, body, himself=himself, now=now)
    session.add(request)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await tell(session, request, now=now)
    await _answer_at_once(session, person, request, now=now)
    return request


def _row(
    session: AsyncSession,
    person: Participant,
    body: RequestCreate,
    *,
    himself: bool,
    now: datetime,
) -> PrivacyRequest:
    paper = None if himself else body.paper
    return PrivacyRequest(
        participant_id=person.id,
        id=body.id or new_id(),
        kind=body.kind,
        state=RequestState.RECEIVED,
        channel=RequestChannel.SELF if himself else RequestChannel.OFFICE,
        purpose=body.purpose,
        consent_version=body.version,
        members=[each.value for each in body.members],
        paper_reference=None if paper is None else paper.reference,
        paper_sha256=None if paper is None else paper.sha256,
        home_province_code=person.home_province_code,
        home_regency_code=person.home_regency_code,
        filed_by=session.info["actor"].name,
        received_at=now,
        due_at=now + rules.CLOCK,
        steps=[],
        version=1,
    )


async def _answer_at_once(
    session: AsyncSession, person: Participant, request: PrivacyRequest, *, now: datetime
) -> None:
    if request.kind is RequestKind.WITHDRAWAL:
        if request.purpose is None or request.consent_version is None:
            raise rules.PurposeError
        await state_consent(
            session,
            person,
            purpose=request.purpose,
            given=False,
            version=request.consent_version,
            now=now,
        )
        done = rules.step(SERVICE, "consent-withdrawn", {"participant": 1}, at=now)
        await close_request(session, request, steps=[done], now=now)
    elif request.kind is RequestKind.RESTRICTION:
        await restrict_person(session, person, reason=Restricted.REQUESTED, now=now)
        done = rules.step(SERVICE, "processing-restricted", {"participant": 1}, at=now)
        await close_request(session, request, steps=[done], now=now)
    elif request.kind is RequestKind.ACCESS:
        await take_on(session, person, request, now=now, today=now.date())


async def take_on(
    session: AsyncSession,
    person: Participant,
    request: PrivacyRequest,
    *,
    now: datetime,
    today: date,
) -> PrivacyRequest:
    """Begin to answer a locked request; an erasure that something holds back is refused.

    Raises:
        RequestStateError: when it was begun or answered before.
    """
    rules.check_turn(request.state, RequestState.IN_PROGRESS)
    if request.kind is RequestKind.ERASURE:
        if await refuse_if_held(session, request, now=now, today=today):
            return request
        await restrict_person(session, person, reason=Restricted.ERASURE_UNDER_WAY, now=now)
    request.state = RequestState.IN_PROGRESS
    request.taken_on_at = now
    request.taken_on_by = session.info["actor"].name
    request.version += 1
    await session.flush()
    await tell(session, request, now=now)
    await order_work(session, request)
    return request


async def refuse_if_held(
    session: AsyncSession, request: PrivacyRequest, *, now: datetime, today: date
) -> bool:
    """Refuse an erasure that a legal hold or an open class holds back; tell whether it was."""
    holdings = await holdings_on(session, request.participant_id, today=today)
    if holdings:
        await refuse_request(
            session,
            request,
            reason=RefusalReason.LEGAL_HOLD,
            again=again_on(holdings),
            steps=[rules.step(SERVICE, _what(each.kind.value), {}, at=now) for each in holdings],
            now=now,
        )
    return bool(holdings)


def _what(kind: str) -> str:
    return "held-by-" + kind.lower().replace("_", "-")


async def order_work(session: AsyncSession, request: PrivacyRequest) -> None:
    """Queue the job that answers a request of all services, if its kind has one."""
    if request.kind is RequestKind.ACCESS:
        payload = GatherCopy(request_id=request.id)
        await add_job(session, Job, kind=GatherCopy.kind, payload=payload)
    elif request.kind is RequestKind.ERASURE:
        erase = ErasePerson(request_id=request.id)
        await add_job(session, Job, kind=ErasePerson.kind, payload=erase)


async def complete_request(
    session: AsyncSession, request: PrivacyRequest, *, done: Sequence[str], now: datetime
) -> PrivacyRequest:
    """Say what a handler did to answer a locked request.

    Raises:
        RequestByJobError: when a job answers requests of this kind.
        RequestStateError: when it was answered before.
    """
    rules.check_turn(request.state, RequestState.DONE)
    if request.kind in rules.BY_JOB:
        raise rules.RequestByJobError
    steps = [rules.step(SERVICE, each, {}, at=now) for each in done]
    await close_request(session, request, steps=steps, now=now)
    return request


async def close_request(
    session: AsyncSession,
    request: PrivacyRequest,
    *,
    steps: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    """Answer a locked request, and write the receipt.

    Raises:
        RequestStateError: when it was answered before.
    """
    rules.check_turn(request.state, RequestState.DONE)
    await _end(session, request, RequestState.DONE, steps=steps, now=now)


async def refuse_request(
    session: AsyncSession,
    request: PrivacyRequest,
    *,
    reason: RefusalReason,
    again: date | None,
    steps: Sequence[dict[str, Any]] = (),
    now: datetime,
) -> None:
    """Refuse a locked request, and write the receipt that says why.

    Raises:
        RequestStateError: when it was answered before.
        RequestByJobError: when a service has carried it out already.
    """
    rules.check_turn(request.state, RequestState.REFUSED)
    if request.steps:
        raise rules.RequestByJobError
    request.refused_because = reason
    request.again_on = again
    await _end(session, request, RequestState.REFUSED, steps=steps, now=now)


async def _end(
    session: AsyncSession,
    request: PrivacyRequest,
    state: RequestState,
    *,
    steps: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    request.state = state
    request.closed_at = now
    request.closed_by = session.info["actor"].name
    request.steps = [*request.steps, *steps]
    request.receipt, request.receipt_sha256 = rules.receipt_of(
        request.id,
        request.kind,
        state=state,
        received_at=request.received_at,
        closed_at=now,
        steps=request.steps,
        reason=request.refused_because,
        again_on=request.again_on,
    )
    request.version += 1
    await session.flush()
    await tell(session, request, now=now)


async def note_request_read(session: AsyncSession, participant_ids: Sequence[UUID]) -> None:
    """Note that somebody else has read what people asked of their data."""
    for each in sorted(set(participant_ids)):
        await note_read(session, Audit, action="participant.privacy.read", subject_id=each)


async def tell(session: AsyncSession, request: PrivacyRequest, *, now: datetime) -> None:
    """Emit how a request stands."""
    reason = request.refused_because
    await emit(
        session,
        Event,
        topic=_TOPICS[request.state],
        stream_id=request.participant_id,
        event=PrivacyRequestMoved(
            request_id=request.id,
            participant_id=request.participant_id,
            kind=request.kind.value,
            state=request.state.value,
            due_at=request.due_at,
            reason=None if reason is None else reason.value,
        ),
        place=place_of(request.participant_id, home_area_code=request.home_regency_code),
        occurred_at=now,
        version=request.version,
    )
