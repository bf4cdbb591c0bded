"""Changes to follow-ups: one use case, which records an answer or corrects it."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Audit, Event
from services.reporting.enrollment_facts.tables import LiveEnrollmentNow
from services.reporting.followups import queries, rules
from services.reporting.followups.rules import Answer, IncomeKeys, Incomes
from services.reporting.followups.schemas import FollowUpCreate
from services.reporting.followups.tables import FollowUp
from services.reporting.restricted_people.queries import check_unrestricted
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentCell
from shared.schemas.reporting import FollowUpRecorded, Outcome, OutcomeCell, Topic
from shared.scope import Scope

_REFUSALS = {
    "pk_followup": rules.FollowUpIdTakenError,
    "uq_followup_enrollment_id_horizon_months": rules.RecordedTwiceError,
}


# What of a cell says where somebody was trained, and by whose facility.
_RELOCATED: Final = frozenset(
    {"facility_id", "province_code", "regency_code", "facility_kind", "host_ministry"}
)


async def record_followup(
    session: AsyncSession,
    *,
    scope: Scope,
    body: FollowUpCreate,
    keys: IncomeKeys | None,
    answers_himself: bool,
    now: datetime,
) -> FollowUp:
    """Record an outcome, or correct the one recorded for the same enrollment and horizon.

    Raises:
        UnknownEnrollmentError: when no such enrollment is known within the scope.
        HomeOnlyError: when the scope admits the enrollment for reading only.
        NotCompletedError: when the training was not completed.
        PersonRestrictedError: when the person's data may not be processed.
        SourceRefusedError: when a participant vouches for more than himself.
        AnswerInconsistentError: when the answer contradicts itself.
        IncomeKeyMissingError: when amounts are given that cannot be sealed.
        FollowUpIdTakenError: when the id given names another follow-up.
    """
    incomes = Incomes(before=body.income_before_rupiah, after=body.income_after_rupiah)
    answer = _answer(body)
    rules.check_source(body.source, answers_himself=answers_himself)
    rules.check_answer(answer, incomes=incomes, horizon_months=body.horizon_months)
    enrollment = await queries.get_enrollment(session, body.enrollment_id, scope=scope)
    rules.check_completed(enrollment.state)
    await check_unrestricted(session, enrollment.participant_id)
    followup = await queries.find_followup(
        session, enrollment_id=body.enrollment_id, horizon_months=body.horizon_months
    )
    if followup is None:
        followup = _new_followup(enrollment, body=body)
        before = None
        session.add(followup)
    elif body.id not in (None, followup.id):
        raise rules.FollowUpIdTakenError(pointer="/id")
    else:
        before = Outcome.model_validate(followup.counted)
        followup.version += 1
    after = _outcome(enrollment, body=body, incomes=incomes)
    _write(followup, answer=answer, outcome=after, now=now)
    followup.recorded_by = session.info["actor"].name
    _seal(followup, incomes=incomes, keys=keys)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, followup=followup, before=before, after=after)
    return followup


def _answer(body: FollowUpCreate) -> Answer:
    return Answer(
        status=body.status,
        source=body.source,
        days_to_first_income=body.days_to_first_income,
        business_started=body.business_started,
        business_running=body.business_running,
        people_hired=body.people_hired,
    )


def _new_followup(enrollment: LiveEnrollmentNow, *, body: FollowUpCreate) -> FollowUp:
    return FollowUp(
        id=body.id or new_id(),
        enrollment_id=body.enrollment_id,
        horizon_months=body.horizon_months,
        class_id=enrollment.class_id,
        participant_id=enrollment.participant_id,
        province_code=enrollment.province_code,
        regency_code=enrollment.regency_code,
        home_province_code=enrollment.home_province_code,
        home_regency_code=enrollment.home_regency_code,
        facility_id=enrollment.facility_id,
        owner_ministry=enrollment.owner_ministry,
        co_ministry=enrollment.co_ministry,
        host_ministry=enrollment.host_ministry,
        version=1,
    )


def _outcome(enrollment: LiveEnrollmentNow, *, body: FollowUpCreate, incomes: Incomes) -> Outcome:
    members = {name: getattr(enrollment, name, None) for name in OutcomeCell.model_fields}
    members |= {"horizon_months": body.horizon_months, "status": body.status}
    return Outcome(
        cell=OutcomeCell.model_validate(members),
        source=body.source,
        business_started=body.business_started,
        business_running=body.business_running,
        people_hired=body.people_hired,
        days_to_first_income=body.days_to_first_income,
        income_change=incomes.change,
    )


def _write(followup: FollowUp, *, answer: Answer, outcome: Outcome, now: datetime) -> None:
    followup.status = answer.status
    followup.source = answer.source
    followup.days_to_first_income = answer.days_to_first_income
    followup.business_started = answer.business_started
    followup.business_running = answer.business_running
    followup.people_hired = answer.people_hired
    followup.income_change = outcome.income_change
    followup.counted = outcome.model_dump(mode="json")
    followup.recorded_at = now


def _seal(followup: FollowUp, *, incomes: Incomes, keys: IncomeKeys | None) -> None:
    followup.incomes_cipher = None
    followup.incomes_key_id = None
    if incomes == Incomes(before=None, after=None):
        return
    if keys is None:
        raise rules.IncomeKeyMissingError(pointer="/income_after_rupiah")
    nonce = secrets.token_bytes(rules.NONCE_BYTES)
    sealed = keys.seal(incomes, followup_id=followup.id, nonce=nonce)
    followup.incomes_cipher = sealed.cipher
    followup.incomes_key_id = sealed.key_id


async def _tell(
    session: AsyncSession, *, followup: FollowUp, before: Outcome | None, after: Outcome
) -> None:
    event = FollowUpRecorded(
        followup_id=followup.id,
        enrollment_id=followup.enrollment_id,
        participant_id=followup.participant_id,
        before=before,
        after=after,
    )
    await emit(
        session,
        Event,
        topic=Topic.FOLLOWUP_RECORDED,
        stream_id=followup.class_id,
        event=event,
        place=place_of(followup),
        occurred_at=followup.recorded_at,
        version=followup.version,
    )


async def relocate_followups(session: AsyncSession, cells: Mapping[UUID, EnrollmentCell]) -> int:
    """Count follow-ups where their enrollments are now, and tell it; return how many moved."""
    moved = 0
    for followup in await queries.followups_of(session, cells):
        cell = cells[followup.enrollment_id]
        before = Outcome.model_validate(followup.counted)
        place = {name: getattr(cell, name) for name in _RELOCATED}
        after = before.model_copy(update={"cell": before.cell.model_copy(update=place)})
        if after == before:
            continue
        followup.counted = after.model_dump(mode="json")
        for name in _RELOCATED & set(FollowUp.__mapper__.columns.keys()):
            setattr(followup, name, place[name])
        followup.version += 1
        await session.flush()
        await _tell(session, followup=followup, before=before, after=after)
        moved += 1
    return moved


async def reassign_followups(session: AsyncSession, *, gone: UUID, stays: UUID) -> int:
    """Let one person's follow-ups be another's, and tell it; no figure changes. Return how many."""
    moved = await queries.followups_of_person(session, gone)
    for followup in moved:
        counted = Outcome.model_validate(followup.counted)
        followup.participant_id = stays
        followup.version += 1
        await session.flush()
        await _tell(session, followup=followup, before=counted, after=counted)
    return len(moved)


async def read_incomes(
    session: AsyncSession,
    *,
    followup_id: UUID,
    scope: Scope,
    income_scope: Scope,
    keys: IncomeKeys | None,
) -> tuple[FollowUp, Incomes]:
    """Return a follow-up with its amounts, and note who read them.

    Amounts of a follow-up beyond `income_scope` are withheld: they are specific personal data
    (UU PDP 27/2022, article 4) and have a permission of their own.

    Raises:
        NotFoundError: when there is no such follow-up within the scope.
        IncomeKeyMissingError: when the amounts are there but the key is not.
    """
    followup = await queries.get_followup(session, followup_id, scope=scope)
    withheld = not income_scope.admits(place_of(followup))
    if withheld or followup.incomes_cipher is None or followup.incomes_key_id is None:
        return followup, Incomes(before=None, after=None)
    if keys is None or followup.incomes_key_id not in keys.keys:
        raise rules.IncomeKeyMissingError
    await note_read(
        session, Audit, action="followup.incomes.read", subject_id=followup.participant_id
    )
    sealed = rules.SealedIncomes(followup.incomes_cipher, followup.incomes_key_id)
    return followup, keys.unseal(sealed, followup_id=followup.id)
