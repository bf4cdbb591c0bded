"""The erasure of a person in enrollment, within one transaction."""

import secrets
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.erasures import rules
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.login_bindings.tables import LoginBinding
from services.enrollment.merged_participants.tables import MergedParticipant
from services.enrollment.nik_corrections.queries import rekey_claims
from services.enrollment.participants.rules import place_of
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import destroy_key
from services.enrollment.person_tables.operations import erase_rows
from services.enrollment.person_tables.rules import BLANK
from services.enrollment.privacy_requests.operations import SERVICE, refuse_if_held
from services.enrollment.privacy_requests.queries import restriction_settled
from services.enrollment.privacy_requests.rules import RequestState, step
from services.enrollment.privacy_requests.tables import PrivacyRequest
from shared.db.events import emit
from shared.schemas.enrollment import LoginBound, PersonErased, PersonErasure, Topic

_INDEX_BYTES: Final = 32
_ERASED: Final = "erased"


def said_by(request: PrivacyRequest, service: str) -> bool:
    """Tell whether a service has said that it erased the person."""
    return any(each["service"] == service for each in request.steps)


async def erase_person(
    session: AsyncSession,
    person: Participant,
    request: PrivacyRequest,
    *,
    now: datetime,
    today: date,
) -> bool:
    """Erase a locked person for a locked request, once; tell whether the others are to follow.

    Raises:
        StillUnderWayError: while something that began before the restriction is under way.
    """
    if request.state is not RequestState.IN_PROGRESS:
        return False
    if said_by(request, SERVICE):
        return True
    if await refuse_if_held(session, request, now=now, today=today):
        return False
    if not await restriction_settled(session, person.id):
        raise rules.StillUnderWayError
    rows = await erase_rows(session, person.id)
    rows["login_binding"] = await _unbind(session, person, now=now)
    rows["participant"] = 1
    rows["merged_participant"] = await _free_merged(session, person.id)
    await _make_nobody(session, person)
    await destroy_key(session, person.id, now)
    await emit(
        session,
        Event,
        topic=Topic.PARTICIPANT_ERASED,
        stream_id=person.id,
        event=PersonErased(participant_id=person.id, request_id=request.id),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
        version=person.version,
    )
    await session.refresh(request)
    add_step(request, PersonErasure(service=SERVICE, rows=rows, erased_at=now))
    return True


def add_step(request: PrivacyRequest, erasure: PersonErasure) -> None:
    """Keep what a service says that it did."""
    done = step(erasure.service, _ERASED, erasure.rows, at=erasure.erased_at)
    request.steps = [*request.steps, done]


async def _make_nobody(session: AsyncSession, person: Participant) -> None:
    """Let row, identity and claims go by random bytes: they still belong together, to nobody."""
    index = secrets.token_bytes(_INDEX_BYTES)
    old = person.nik_index
    await session.execute(
        update(IdentityClaim).where(IdentityClaim.nik_index == old).values(nik_index=index)
    )
    await session.execute(rekey_claims(person.id, old=old, new=index))
    left = rules.left_of_person(
        birth_date=person.birth_date,
        founded_on=person.founded_on,
        home_area_code=person.home_area_code,
        index=index,
    )
    for name, value in left.items():
        setattr(person, name, value)
    person.version += 1
    await session.flush()


async def _free_merged(session: AsyncSession, participant_id: UUID) -> int:
    """Let the identities that were given up in merges be free as well."""
    statement = select(MergedParticipant).where(MergedParticipant.participant_id == participant_id)
    merged = (await session.scalars(statement.order_by(MergedParticipant.old_id))).all()
    for each in merged:
        index = secrets.token_bytes(_INDEX_BYTES)
        await session.execute(
            update(IdentityClaim)
            .where(IdentityClaim.nik_index == each.nik_index)
            .values(nik_index=index)
        )
        each.nik_index = index
    await session.flush()
    return len(merged)


async def _unbind(session: AsyncSession, person: Participant, *, now: datetime) -> int:
    """End that a login acts for a person, and forget which logins ever did."""
    statement = (
        select(LoginBinding)
        .where(LoginBinding.participant_id == person.id)
        .order_by(LoginBinding.id)
        .with_for_update()
    )
    bindings = (await session.scalars(statement)).all()
    for binding in bindings:
        if binding.unbound_at is None:
            binding.unbound_at, binding.unbound_by = now, session.info["actor"].name
            binding.evidence_sha256 = rules.erased_evidence()
            await _tell_unbound(session, person, binding, now=now)
        binding.holder = rules.erased_holder(binding.id)
        binding.reason = binding.evidence_reference = BLANK
        binding.evidence_sha256 = rules.erased_evidence()
    await session.flush()
    return len(bindings)


async def _tell_unbound(
    session: AsyncSession, person: Participant, binding: LoginBinding, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.PARTICIPANT_UNBOUND,
        stream_id=person.id,
        event=LoginBound.model_validate(binding),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )


def key_of(request_id: UUID, service: str, participant_id: UUID) -> str:
    """Return the idempotency key under which a service is told to erase one id of a person."""
    return f"{request_id}-{service}-{participant_id}"
