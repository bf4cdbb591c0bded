"""HTTP face of login bindings, and of what people do for themselves."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request, Response, status
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.rules import AreasNotCopiedError, UnknownAreaError
from services.enrollment.attempts.operations import count_alone, forgive
from services.enrollment.attempts.rules import Limit, TooManyAttemptsError
from services.enrollment.base import Idempotency
from services.enrollment.contacts import operations as contacts
from services.enrollment.contacts import rules as contact_rules
from services.enrollment.identities.rules import NikMalformedError, check_digits
from services.enrollment.login_bindings import operations, queries, rules
from services.enrollment.login_bindings.schemas import (
    BindingReceipt,
    ContactCodeReceipt,
    ContactCodeRequest,
    ContactProof,
    LoginClaim,
    OwnEnrollment,
    Unbinding,
    UnbindingReceipt,
)
from services.enrollment.notices.rules import NoticesOffError
from services.enrollment.participants import rules as participant_rules
from services.enrollment.participants.api import (
    ChangeBody,
    NikPolicyDep,
    ParticipantId,
    ParticipantWriter,
    answer_person,
)
from services.enrollment.participants.operations import change_participant
from services.enrollment.participants.queries import get_for_change, get_participant
from services.enrollment.participants.schemas import ParticipantRead, ParticipantReceipt
from services.enrollment.participants.tables import Participant
from shared.clock import ledger_day, utc_now
from shared.db.grants import holder_of
from shared.db.idempotency import Once, is_answered
from shared.db.session import transaction
from shared.schemas.paging import Page
from shared.web.auth import Caller, Known
from shared.web.etag import IfMatch, check_match
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/me", tags=["me"])
person_router = APIRouter(prefix="/participants/{participant_id}", tags=["participants"])

# Nobody's: no office gives out the serial 0000.
_NIK: Final = "3373015704850000"
_CLAIM: Final[dict[str, Any]] = {
    "nik": _NIK,
    "birth_date": "1985-04-17",
    "registration": {
        "name": "Sari Contoh (DATA SINTETIS)",
        "sex": "FEMALE",
        "home_area_code": "33.73.01",
        "email": "sari@contoh.example",
        "legal_basis": "PUBLIC_TASK",
        "synthetic": True,
    },
}
_EVIDENCE: Final = {
    "reason": "Telepon hilang; datang sendiri dengan KTP-el",
    "evidence_reference": "Dinas/BA/2026/17",
    "evidence_sha256": "0" * 64,
}


async def _sends(request: Request) -> None:
    """Refuse to promise a code that is never sent.

    Raises:
        NoticesOffError: when notices are switched off.
    """
    if not request.scope["state"]["settings"].sends_notices:
        raise NoticesOffError


def _holder(caller: Caller) -> str:
    return holder_of(caller.actor.issuer, caller.actor.subject)


def _digits(nik: SecretStr) -> str:
    return check_digits(nik.get_secret_value())


async def _meant(
    session: AsyncSession, caller: Caller, index: bytes | None, body: ContactCodeRequest
) -> Participant | None:
    """Return to whom a code is to be sent: the caller himself, or who has this NIK."""
    if index is None:
        own = rules.required_own_id(caller.scope)
        return await get_participant(session, own, scope=caller.scope)
    found = await queries.find_person(session, index)
    return found if found is not None and found.birth_date == body.birth_date else None


async def _count(request: Request, caller: Caller, once: Once, limits: list[Limit]) -> None:
    """Count an attempt before the request's own transaction begins.

    Within it the request would hold one connection and wait for another, and so would all others
    until none is left. What has been answered is answered again, and not counted.

    Raises:
        TooManyAttemptsError: when one of `limits` has been reached.
    """
    sessions = request.scope["state"]["sessions"]
    async with transaction(sessions, scope=caller.scope, actor=caller.actor) as session:
        answered = await is_answered(session, Idempotency, once)
    if not answered:
        await count_alone(sessions, actor=caller.actor, limits=limits)


@router.post(
    "/contact-codes",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ContactCodeReceipt,
    responses=problems(
        NikMalformedError,
        rules.LoginNotBoundError,
        contact_rules.ContactUnnamedError,
        contact_rules.NoContactError,
        TooManyAttemptsError,
        NoticesOffError,
    ),
    dependencies=[Depends(_sends)],
)
async def request_contact_code(
    request: Request,
    session: SessionDep,
    caller: Known,
    once: OnceDep,
    policy: NikPolicyDep,
    body: Annotated[ContactCodeRequest, Body(examples=[{"nik": _NIK, "birth_date": "1985-04-17"}])],
) -> Response:
    """Have a code of six digits sent, good for ten minutes.

    With NIK and birth date it goes to the contact that this person has given, to bind a login; the
    answer is the same whether there is such a person or not. With `channel` it goes to a contact of
    the caller's own, to prove it.
    """
    holder = _holder(caller)
    index = None if body.nik is None else policy.keys.index_of(_digits(body.nik))
    if index is None and body.channel is None:
        raise contact_rules.ContactUnnamedError
    asked_for = str(rules.required_own_id(caller.scope)) if index is None else index.hex()
    await _count(request, caller, once, contact_rules.asking_limits(holder, asked_for))

    async def work() -> ContactCodeReceipt:
        now = utc_now()
        expires_at = now + contact_rules.GOOD_FOR
        person = await _meant(session, caller, index, body)
        if person is None:
            return ContactCodeReceipt(expires_at=expires_at)
        await contacts.send_code(
            session, person, channel=body.channel, holder=holder, keys=policy.keys, now=now
        )
        return ContactCodeReceipt(expires_at=expires_at)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED)


@router.post(
    "/contacts/verify",
    response_model=ParticipantReceipt,
    responses=problems(
        rules.LoginNotBoundError, contact_rules.CodeWrongError, TooManyAttemptsError
    ),
)
async def verify_contact(
    *,
    request: Request,
    session: SessionDep,
    caller: Known,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    body: Annotated[ContactProof, Body(examples=[{"code": "482913"}])],
) -> Response:
    """Prove a contact of one's own by the code that came to it; several may share a telephone."""
    own, holder = rules.required_own_id(caller.scope), _holder(caller)
    limits = contact_rules.trying_limits(holder, str(own))
    await _count(request, caller, once, limits)

    async def work() -> ParticipantReceipt:
        person = await get_for_change(session, own, scope=caller.scope)
        await contacts.verify_contact(
            session,
            person,
            body.code,
            holder=holder,
            keys=policy.keys,
            now=utc_now(),
            today=ledger_day(now),
        )
        await forgive(session, limits)
        return ParticipantReceipt.model_validate(person)

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/participant",
    status_code=status.HTTP_201_CREATED,
    response_model=BindingReceipt,
    responses=problems(
        rules.LoginBoundError,
        rules.BindingRefusedError,
        rules.PersonBoundError,
        NikMalformedError,
        TooManyAttemptsError,
        participant_rules.LegalBasisMissingError,
        participant_rules.BirthDateError,
        participant_rules.BusinessMissingError,
        participant_rules.BusinessUnexpectedError,
        participant_rules.FoundedInFutureError,
        participant_rules.SizeUnknownError,
        participant_rules.BusinessTooLargeError,
        UnknownAreaError,
        AreasNotCopiedError,
    ),
)
async def bind_login(
    *,
    request: Request,
    session: SessionDep,
    caller: Known,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    body: Annotated[LoginClaim, Body(examples=[_CLAIM])],
) -> Response:
    """Bind the caller's login to a person, once: it acts as that person from then on.

    Who is registered proves it with the code that came to the contact; who is not registers with
    `registration`. Wrong NIK, birth date and code are one answer, as is a NIK that nobody has. An
    office unbinds a login that was lost, with evidence.
    """
    holder, bound_to = _holder(caller), rules.own_id(caller.scope)
    limits = contact_rules.trying_limits(holder, policy.keys.index_of(_digits(body.nik)).hex())
    if bound_to is None:
        await _count(request, caller, once, limits)

    async def work() -> BindingReceipt:
        if bound_to is not None:
            raise rules.LoginBoundError
        bound = await operations.bind_login(
            session,
            body,
            holder=holder,
            policy=policy,
            now=now,
            today=ledger_day(now),
            code_now=utc_now(),
        )
        await forgive(session, limits)
        return BindingReceipt(
            participant_id=bound.person.id,
            bound_at=bound.binding.bound_at,
            registered=bound.registered,
            participant=ParticipantReceipt.model_validate(bound.person),
        )

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda _: "/v1/me/participant",
    )


@router.get(
    "/participant",
    response_model=ParticipantRead,
    responses=problems(rules.LoginNotBoundError, participant_rules.ParticipantUnknownError),
)
async def get_own_participant(session: SessionDep, caller: Known) -> Response:
    """Return the person for whom the caller's login acts."""
    own = rules.required_own_id(caller.scope)
    return answer_person(await get_participant(session, own, scope=caller.scope))


@router.patch(
    "/participant",
    response_model=ParticipantRead,
    responses=problems(
        rules.LoginNotBoundError,
        participant_rules.ParticipantUnknownError,
        UnknownAreaError,
        AreasNotCopiedError,
    ),
)
async def change_own_participant(
    session: SessionDep, caller: Known, if_match: IfMatch, now: Now, body: ChangeBody
) -> Response:
    """Change what is said of oneself; a new contact has to be proved."""
    own = rules.required_own_id(caller.scope)
    person = await get_for_change(session, own, scope=caller.scope)
    check_match(if_match, person.version)
    await change_participant(session, person, body, now=now, today=ledger_day(now))
    return answer_person(person)


@router.get("/enrollments", responses=problems(rules.LoginNotBoundError, CursorInvalidError))
async def list_own_enrollments(
    request: Request, session: SessionDep, caller: Known, page: PageArgs
) -> Page[OwnEnrollment]:
    """List one's own places in classes, the newest first, those that have ended as well."""
    own = rules.required_own_id(caller.scope)
    before = None if page.after_text is None else UUID(page.after_text)
    rows = await queries.list_own(session, own, before=before, limit=page.fetch)

    def read(row: Any) -> OwnEnrollment:  # noqa: ANN401 - a row of two tables
        enrollment, class_ = row
        told = {"class_label": class_.label}
        for name in OwnEnrollment.model_fields:
            if name not in told:
                told[name] = getattr(enrollment if hasattr(enrollment, name) else class_, name)
        return OwnEnrollment(**told)

    return page_of(request, rows, page.limit, key=lambda row: [str(row[0].id)], read=read)


@person_router.post(
    "/unbind",
    response_model=UnbindingReceipt,
    responses=problems(
        participant_rules.ParticipantUnknownError,
        participant_rules.OfficeOnlyError,
        rules.PersonNotBoundError,
    ),
)
async def unbind_participant(
    session: SessionDep,
    caller: ParticipantWriter,
    once: OnceDep,
    now: Now,
    participant_id: ParticipantId,
    body: Annotated[Unbinding, Body(examples=[_EVIDENCE])],
) -> Response:
    """End that a login acts for a person, by an office and with evidence, so that another can."""

    async def work() -> UnbindingReceipt:
        participant_rules.check_office(caller.scope)
        person = await get_for_change(session, participant_id, scope=caller.scope)
        await operations.unbind_login(session, person, body, now=now)
        return UnbindingReceipt(participant_id=person.id, unbound_at=now)

    return await answer_once(session, Idempotency, once, work)
