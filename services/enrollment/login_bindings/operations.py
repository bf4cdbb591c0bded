"""The binding of logins to people, and its end."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Event
from services.enrollment.contacts.operations import use_code
from services.enrollment.contacts.rules import CodePurpose, CodeWrongError
from services.enrollment.identities.rules import check_digits
from services.enrollment.login_bindings import queries, rules
from services.enrollment.login_bindings.schemas import LoginClaim, Unbinding
from services.enrollment.login_bindings.tables import LoginBinding
from services.enrollment.participants.operations import NikPolicy, register_participant
from services.enrollment.participants.rules import IdentityKnownError, place_of
from services.enrollment.participants.schemas import ParticipantCreate
from services.enrollment.participants.tables import Participant
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import LoginBound, Topic
from shared.scope import Reach, Scope

_REFUSALS: Final = {
    "uq_login_binding_holder": rules.LoginBoundError,
    "uq_login_binding_participant_id": rules.PersonBoundError,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """Who was bound to a login, and whether that person registered with it."""

    person: Participant
    binding: LoginBinding
    registered: bool


async def bind_login(
    session: AsyncSession,
    claim: LoginClaim,
    *,
    holder: str,
    policy: NikPolicy,
    now: datetime,
    today: date,
    code_now: datetime,
) -> Bound:
    """Let a login act for the person with this NIK, who proves it or registers with it.

    A code is held against `code_now`, the real hour: a guesser has no other. Which of NIK, birth
    date and code was wrong is not told, nor whether somebody with the NIK is there.

    Raises:
        LoginBoundError: when the login acts for somebody already.
        NikMalformedError: when the NIK is none.
        BindingRefusedError: when the three do not fit together.
        PersonBoundError: when another login acts for the person.
    """
    if await queries.find_binding(session, holder) is not None:
        raise rules.LoginBoundError
    digits = check_digits(claim.nik.get_secret_value())
    person = await queries.find_person(session, policy.keys.index_of(digits))
    registered = person is None
    if person is None:
        person = await _register(session, claim, policy=policy, now=now, today=today)
    else:
        await _check_proof(session, person, claim, holder=holder, policy=policy, code_now=code_now)
        if await queries.find_login(session, person.id) is not None:
            raise rules.PersonBoundError
    binding = LoginBinding(participant_id=person.id, id=new_id(), holder=holder, bound_at=now)
    session.add(binding)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, person, binding, Topic.PARTICIPANT_BOUND, now=now)
    return Bound(person, binding, registered)


async def _check_proof(
    session: AsyncSession,
    person: Participant,
    claim: LoginClaim,
    *,
    holder: str,
    policy: NikPolicy,
    code_now: datetime,
) -> None:
    if person.birth_date != claim.birth_date or claim.code is None:
        raise rules.BindingRefusedError
    try:
        await use_code(
            session,
            person,
            claim.code,
            purpose=CodePurpose.BIND,
            holder=holder,
            keys=policy.keys,
            now=code_now,
        )
    except CodeWrongError as error:
        raise rules.BindingRefusedError from error


async def _register(
    session: AsyncSession, claim: LoginClaim, *, policy: NikPolicy, now: datetime, today: date
) -> Participant:
    if claim.registration is None:
        raise rules.BindingRefusedError
    told = claim.registration
    body = ParticipantCreate(
        nik=claim.nik,
        birth_date=claim.birth_date,
        **{name: getattr(told, name) for name in type(told).model_fields},
    )
    # Whoever registers himself becomes the person of this id.
    himself = Scope(reaches=(Reach(participant_id=new_id()),))
    try:
        return await register_participant(
            session, body=body, policy=policy, scope=himself, now=now, today=today
        )
    except IdentityKnownError as error:
        raise rules.BindingRefusedError from error


async def unbind_login(
    session: AsyncSession, person: Participant, body: Unbinding, *, now: datetime
) -> LoginBinding:
    """End that a login acts for a person, with evidence; the reading audit notes it as well.

    Raises:
        PersonNotBoundError: when no login does.
    """
    binding = await queries.find_login(session, person.id)
    if binding is None:
        raise rules.PersonNotBoundError
    binding.unbound_at = now
    binding.unbound_by = session.info["actor"].name
    binding.reason = body.reason
    binding.evidence_reference = body.evidence_reference
    binding.evidence_sha256 = body.evidence_sha256
    await session.flush()
    await note_read(session, Audit, action="participant.unbind", subject_id=person.id)
    await _tell(session, person, binding, Topic.PARTICIPANT_UNBOUND, now=now)
    return binding


async def _tell(
    session: AsyncSession,
    person: Participant,
    binding: LoginBinding,
    topic: Topic,
    *,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=person.id,
        event=LoginBound.model_validate(binding),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
