"""Changes to referrals, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Event, Job
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import check_within, local_day
from services.enrollment.consents.operations import note_paper, state_consent
from services.enrollment.consents.rules import check_paper, standing_of
from services.enrollment.enrollments.queries import get_enrollment
from services.enrollment.enrollments.rules import EnrollmentUnknownError
from services.enrollment.participants.queries import check_guarded
from services.enrollment.participants.rules import Purpose, check_unrestricted, is_self
from services.enrollment.referrals import queries, rules
from services.enrollment.referrals.schemas import (
    ReferralConsent,
    ReferralCreate,
    ReferralPerson,
    ReferralResult,
    SettleReferrals,
)
from services.enrollment.referrals.tables import Referral
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.enrollment import ReferralCell, ReferralMoved, ReferralState, Topic
from shared.schemas.registry import ReferralTarget
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_referral": rules.ReferralIdTakenError,
    "uq_referral_id": rules.ReferralIdTakenError,
    "uq_referral_open": rules.ReferralOpenError,
}
_OF_ENROLLMENT: Final = (
    "class_id", "participant_id", "program_id", "wave_id", "facility_id", "province_code",
    "regency_code", "owner_ministry", "co_ministry", "host_ministry", "home_province_code",
    "home_regency_code", "sex", "age_band", "entrant_kind", "disability",
)  # fmt: skip
_TOPICS: Final = {
    ReferralState.CONSENTED: Topic.REFERRAL_CONSENTED,
    ReferralState.SENT: Topic.REFERRAL_SENT,
    ReferralState.ACCEPTED: Topic.REFERRAL_ACCEPTED,
    ReferralState.REFUSED: Topic.REFERRAL_REFUSED,
    ReferralState.RESULT: Topic.REFERRAL_CONCLUDED,
    ReferralState.WITHDRAWN: Topic.REFERRAL_WITHDRAWN,
}


async def propose_referral(
    session: AsyncSession,
    participant_id: UUID,
    *,
    body: ReferralCreate,
    target: ReferralTarget,
    scope: Scope,
    now: datetime,
) -> Referral:
    """Propose to refer somebody to what the registry has found open; nobody is told of it yet.

    Raises:
        EnrollmentUnknownError: when the person has no such enrollment within the scope.
        OutsideScopeError: when the scope may read it only.
        PersonRestrictedError: when the person's data may not be processed.
        ReferralTooEarlyError: when the class does not run for the person, or was not completed.
        ReferralIdTakenError, ReferralOpenError: when there is such a referral.
    """
    enrollment = await get_enrollment(
        session, scope=scope, class_id=body.class_id, enrollment_id=body.enrollment_id
    )
    if enrollment.participant_id != participant_id:
        raise EnrollmentUnknownError
    check_within(place_of(enrollment), scope=scope)
    class_ = await get_class(session, body.class_id)
    rules.check_trained(enrollment.state, class_state=class_.state)
    person = await queries.hold_person(session, participant_id)
    check_unrestricted(person.restricted_at)
    slots = None if body.slots is None else [each.model_dump(mode="json") for each in body.slots]
    row = Referral(
        **{name: getattr(enrollment, name) for name in _OF_ENROLLMENT},
        id=body.id or new_id(),
        enrollment_id=enrollment.id,
        facility_kind=class_.facility_kind,
        trade=class_.trade,
        kind=body.kind,
        financing=body.financing,
        people=body.people,
        slots=slots,
        state=ReferralState.PROPOSED,
        proposed_by=session.info["actor"].name,
        proposed_at=now,
        version=1,
    )
    copy_target(row, target)
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, row, Topic.REFERRAL_PROPOSED, before=None, now=now)
    return row


def copy_target(row: Referral, target: ReferralTarget) -> None:
    """Copy into a referral what the registry says of that to which it leads."""
    row.target_id = target.target_id
    row.target = target.name
    row.to_facility_id = target.facility_id
    row.to_facility_name = target.facility_name
    row.to_province_code = target.province_code
    row.to_regency_code = target.regency_code
    row.to_ministry = target.owner_ministry


async def consent(
    session: AsyncSession,
    referral_id: UUID,
    *,
    body: ReferralConsent,
    scope: Scope,
    now: datetime,
) -> Referral:
    """Record that the person agrees to be referred; it stands among the consents from now on.

    Raises:
        ReferralUnknownError, OutsideScopeError: when it is none that the scope may write.
        PaperMissingError: when somebody else records it without a paper.
        PersonRestrictedError: when the person's data may not be processed.
        GuardianMissingError: when the person is a minor for whom nobody answers.
        ReferralStateError: when it is not PROPOSED.
    """
    seen = await queries.get_referral(session, referral_id, scope=scope)
    person = await queries.hold_person(session, seen.participant_id, for_update=True)
    row = await queries.lock_sent_from(session, referral_id, scope=scope)
    check_paper(himself=is_self(person.id, scope=scope), given=body.paper is not None)
    check_unrestricted(person.restricted_at)
    zone = (await get_class(session, row.class_id)).time_zone
    await check_guarded(session, person.id, on=local_day(now, zone=zone))
    before = _begin(row, ReferralState.CONSENTED)
    standing = standing_of(Purpose.REFERRAL, person.legal_basis, person.consents)
    if not standing.allowed or standing.version != body.version:
        await state_consent(
            session, person, purpose=Purpose.REFERRAL, given=True, version=body.version, now=now
        )
    if body.paper is not None:
        row.paper_sha256 = body.paper.sha256
        await note_paper(session, person, body.paper.sha256)
    row.consent_version, row.consented_at = body.version, now
    await _end(session, row, before=before, now=now)
    return row


async def withdraw_referral(
    session: AsyncSession, referral_id: UUID, *, reason: str, scope: Scope, now: datetime
) -> Referral:
    """Take a referral back; those who were to receive the person no longer see who it is.

    Raises:
        ReferralUnknownError, OutsideScopeError: when it is none that the scope may write.
        ReferralStateError: when it has ended.
    """
    row = await queries.lock_sent_from(session, referral_id, scope=scope)
    before = _begin(row, ReferralState.WITHDRAWN)
    row.reason = reason
    await _end(session, row, before=before, now=now)
    return row


async def accept_referral(
    session: AsyncSession, referral_id: UUID, *, scope: Scope, now: datetime
) -> Referral:
    """Say that the person is welcome.

    Raises:
        ReferralUnknownError, OutsideScopeError: when it is not the caller's to decide.
        PersonRestrictedError, ReferralConsentMissingError: when the person's data may not be used.
        ReferralStateError: when it is not SENT.
    """
    seen = await queries.get_referral(session, referral_id, scope=scope)
    await check_person(session, seen)
    row = await queries.lock_received(session, referral_id, scope=scope)
    before = _begin(row, ReferralState.ACCEPTED)
    row.decided_by, row.decided_at = session.info["actor"].name, now
    await _end(session, row, before=before, now=now)
    return row


async def refuse_referral(
    session: AsyncSession, referral_id: UUID, *, reason: str, scope: Scope, now: datetime
) -> Referral:
    """Say that the person cannot be received, or no longer, and why.

    Raises:
        ReferralUnknownError, OutsideScopeError: when it is not the caller's to decide.
        ReferralStateError: when it is neither SENT nor ACCEPTED.
    """
    row = await queries.lock_received(session, referral_id, scope=scope)
    await _refuse(session, row, reason=reason, now=now)
    return row


async def refuse_without_hours(
    session: AsyncSession, row: Referral, *, reason: str, now: datetime
) -> None:
    """End a locked referral whose hours lapsed before they were confirmed, and are gone."""
    row.booking_id = row.booked_at = None
    if row.state in rules.REFUSABLE:
        await _refuse(session, row, reason=reason, now=now)
    else:
        await session.flush()


async def _refuse(session: AsyncSession, row: Referral, *, reason: str, now: datetime) -> None:
    before = _begin(row, ReferralState.REFUSED)
    row.reason = reason
    row.decided_by, row.decided_at = session.info["actor"].name, now
    await _end(session, row, before=before, now=now)


async def conclude_referral(
    session: AsyncSession, referral_id: UUID, *, body: ReferralResult, scope: Scope, now: datetime
) -> Referral:
    """Say what came of a referral that was accepted; that a tenant is there, the registry has said.

    Raises:
        ReferralUnknownError, OutsideScopeError: when it is not the caller's to tell.
        ReferralStateError: when it is not ACCEPTED.
        OutcomeRefusedError, OutcomeDayError: when that cannot have come of it, or not that day.
    """
    row = await queries.lock_received(session, referral_id, scope=scope)
    rules.check_turn(row.state, ReferralState.RESULT)
    rules.check_outcome(row.kind, body.outcome)
    zone = (await get_class(session, row.class_id)).time_zone
    rules.check_outcome_day(
        body.on,
        accepted_on=local_day(row.decided_at or now, zone=zone),
        today=local_day(now, zone=zone),
    )
    before = _begin(row, ReferralState.RESULT)
    row.outcome, row.outcome_on, row.tenant_id = body.outcome, body.on, body.tenant_id
    await _end(session, row, before=before, now=now)
    return row


async def send_referral(
    session: AsyncSession,
    referral_id: UUID,
    *,
    target: ReferralTarget,
    booking_id: UUID | None,
    scope: Scope,
    now: datetime,
) -> Referral:
    """Pass a referral on to those who receive the person, with the hours that are held for it.

    Raises:
        What `judge_sending` raises.
    """
    row = await judge_sending(session, referral_id, scope=scope)
    before = _begin(row, ReferralState.SENT)
    copy_target(row, target)
    row.booking_id, row.sent_at = booking_id, now
    await _end(session, row, before=before, now=now)
    return row


async def judge_sending(session: AsyncSession, referral_id: UUID, *, scope: Scope) -> Referral:
    """Return a locked referral that may be passed on.

    Raises:
        ReferralUnknownError, OutsideScopeError: when it is none that the caller passes on: nobody
            does so for himself.
        ReferralStateError: when it is not CONSENTED.
        PersonRestrictedError, ReferralConsentMissingError: when the person's data may not be used.
    """
    seen = await queries.get_referral(session, referral_id, scope=scope)
    check_within(place_of(seen), scope=rules.without_persons(scope))
    rules.check_turn(seen.state, ReferralState.SENT)
    await check_person(session, seen)
    row = await queries.lock_sent_from(session, referral_id, scope=scope)
    rules.check_turn(row.state, ReferralState.SENT)
    return row


async def check_person(session: AsyncSession, row: Referral) -> None:
    """Refuse to use the data of who does not consent to it, or no longer.

    Raises:
        PersonRestrictedError, ReferralConsentMissingError
    """
    person = await queries.hold_person(session, row.participant_id)
    check_unrestricted(person.restricted_at)
    rules.check_consented(person.legal_basis, person.consents)


async def read_person(session: AsyncSession, referral_id: UUID, *, scope: Scope) -> ReferralPerson:
    """Return who is referred, for as long as the referral stands; that it was read is noted.

    Raises:
        ReferralUnknownError: when there is none within the scope.
        ReferralStateError: when nothing may be passed on: it was not sent, or has come to nothing.
        PersonRestrictedError, ReferralConsentMissingError: when the person's data may not be used.
    """
    row = await queries.get_referral(session, referral_id, scope=scope)
    rules.check_shared(row.state)
    await check_person(session, row)
    person = await queries.hold_person(session, row.participant_id)
    if not is_self(person.id, scope=scope):
        await note_read(
            session,
            Audit,
            action="referral.person.read",
            subject_id=person.id,
            detail={"referral_id": str(row.id)},
        )
    return ReferralPerson(
        participant_id=person.id, name=person.name, phone=person.phone, email=person.email
    )


def _begin(row: Referral, wanted: ReferralState) -> ReferralCell:
    """Turn a locked referral and return what it was before.

    Raises:
        ReferralStateError: when its life does not allow it.
    """
    rules.check_turn(row.state, wanted)
    before = queries.cell_of(row)
    row.state = wanted
    return before


async def _end(
    session: AsyncSession, row: Referral, *, before: ReferralCell, now: datetime
) -> None:
    """Write a turn down, tell of it, and have the registry told of what was booked."""
    row.version += 1
    await session.flush()
    await _tell(session, row, _TOPICS[row.state], before=before, now=now)
    if row.booking_id is not None:
        await add_job(
            session,
            Job,
            kind=SettleReferrals.kind,
            payload=SettleReferrals(referral_ids=[row.id]),
        )


async def _tell(
    session: AsyncSession,
    row: Referral,
    topic: Topic,
    *,
    before: ReferralCell | None,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=row.id,
        event=ReferralMoved(
            referral_id=row.id,
            enrollment_id=row.enrollment_id,
            class_id=row.class_id,
            participant_id=row.participant_id,
            target=row.target,
            before=before,
            after=queries.cell_of(row),
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )
