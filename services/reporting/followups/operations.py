"""Changes to follow-ups: an answer is written, or what is known of it moves elsewhere."""

import secrets
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Audit, Event
from services.reporting.enrollment_facts.tables import LiveEnrollmentNow
from services.reporting.followup_instruments.queries import (
    get_instrument,
    instrument_in_use,
    questions_of,
)
from services.reporting.followup_instruments.rules import KNOWN, Said, check_answers
from services.reporting.followups import queries, rules
from services.reporting.followups.rules import Answer, IncomeKeys, Incomes, RecordedAs, Sizes
from services.reporting.followups.schemas import FollowUpCreate
from services.reporting.followups.tables import Answered, FollowUp, FollowUpVersion
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentCell
from shared.schemas.reporting import FollowUpRecorded, Outcome, OutcomeCell, OutcomeStatus, Topic
from shared.scope import Scope

_REFUSALS = {
    "pk_followup": rules.FollowUpIdTakenError,
    "uq_followup_enrollment_id_horizon_months": rules.RecordedTwiceError,
}


# What a version keeps.
_SAID: Final = tuple(name for name in Answered.__annotations__ if not name.startswith("_"))

# What of a cell says where somebody was trained, and by whose facility.
_RELOCATED: Final = frozenset(
    {"facility_id", "province_code", "regency_code", "facility_kind", "host_ministry"}
)


async def write_answer(
    session: AsyncSession,
    enrollment: LiveEnrollmentNow,
    followup: FollowUp | None,
    *,
    body: FollowUpCreate,
    keys: IncomeKeys | None,
    by: str,
    recorded_as: RecordedAs,
    now: datetime,
) -> FollowUp:
    """Write an answer of somebody who may give it; `followup` is the row so far, locked.

    What was said before is kept as a version.

    Raises:
        AnswerInconsistentError: when the answer contradicts itself.
        AnswerRefusedError: when an answer that is only kept is to no question of the questionnaire.
        OwnWordError: when it is weaker than what stands there.
        IncomeKeyMissingError: when amounts are given that cannot be sealed.
        FollowUpIdTakenError: when the id given names another follow-up.
    """
    incomes, answer = _incomes(body), _answer(body)
    rules.check_answer(answer, incomes=incomes, horizon_months=body.horizon_months)
    instrument_id = await _instrument(session, enrollment, followup, kept=body.kept)
    before = None
    if followup is None:
        followup = new_followup(enrollment, horizon_months=body.horizon_months, given=body.id)
        session.add(followup)
    else:
        rules.check_replaces(followup.status, followup.source, answer=answer)
        before = Outcome.model_validate(followup.counted)
        await _keep_version(session, followup)
        followup.version += 1
    after = outcome_of(enrollment, answer=answer, horizon_months=body.horizon_months)
    sizes = rules.sizes_of(incomes, body.size_criterion)
    after = after.model_copy(update={"income_change": incomes.change, "size_up": sizes.up})
    _write(followup, answer=answer, sizes=sizes, outcome=after, now=now)
    followup.instrument_id, followup.kept = instrument_id, body.kept
    followup.recorded_by, followup.recorded_as = by, recorded_as
    followup.evidence = [each.model_dump(mode="json") for each in body.evidence]
    followup.draft_cipher = followup.draft_key_id = None
    _seal(followup, incomes=incomes, keys=keys)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, followup=followup, before=before, after=after)
    return followup


def _incomes(body: FollowUpCreate) -> Incomes:
    return Incomes(
        before=body.income_before_rupiah,
        after=body.income_after_rupiah,
        size_before=body.size_before_rupiah,
        size_after=body.size_after_rupiah,
    )


def _answer(body: FollowUpCreate) -> Answer:
    return Answer(**{each.name: getattr(body, each.name) for each in fields(Answer)})


async def _instrument(
    session: AsyncSession,
    enrollment: LiveEnrollmentNow,
    followup: FollowUp | None,
    *,
    kept: Mapping[str, Said],
) -> UUID | None:
    """Return the version that is answered: the one that was given, or else the one in use."""
    given = followup.instrument_id if followup is not None else None
    instrument = (
        await instrument_in_use(session, enrollment.program_id)
        if given is None
        else await get_instrument(session, given)
    )
    asked = [] if instrument is None else questions_of(instrument)
    check_answers([each for each in asked if each.code not in KNOWN], kept, complete=False)
    return None if instrument is None else instrument.id


async def _keep_version(session: AsyncSession, followup: FollowUp) -> None:
    """Keep what a follow-up said; that somebody was asked says nothing."""
    if followup.status is OutcomeStatus.ASKED:
        return
    said = {name: getattr(followup, name) for name in _SAID}
    session.add(
        FollowUpVersion(
            followup_id=followup.id,
            version=followup.version,
            participant_id=followup.participant_id,
            **said,
        )
    )


def new_followup(
    enrollment: LiveEnrollmentNow, *, horizon_months: int, given: UUID | None = None
) -> FollowUp:
    """Return a follow-up of an enrollment, of which nothing is said yet."""
    return FollowUp(
        id=given or new_id(),
        enrollment_id=enrollment.enrollment_id,
        horizon_months=horizon_months,
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
        kept={},
        evidence=[],
        draft_version=0,
        version=1,
    )


def outcome_of(enrollment: LiveEnrollmentNow, *, answer: Answer, horizon_months: int) -> Outcome:
    """Return what an answer counts as, apart from what amounts say."""
    members = {
        name: getattr(enrollment, name)
        for name in OutcomeCell.model_fields
        if hasattr(enrollment, name)
    }
    members |= {"horizon_months": horizon_months, "status": answer.status}
    said = {
        each.name: getattr(answer, each.name)
        for each in fields(Answer)
        if each.name in Outcome.model_fields
    }
    return Outcome(cell=OutcomeCell.model_validate(members), **said)


def _write(
    followup: FollowUp, *, answer: Answer, sizes: Sizes, outcome: Outcome, now: datetime
) -> None:
    for each in fields(Answer):
        setattr(followup, each.name, getattr(answer, each.name))
    followup.income_change = outcome.income_change
    followup.size_criterion, followup.size_rule = sizes.criterion, sizes.rule
    followup.size_before, followup.size_after = sizes.before, sizes.after
    followup.counted = outcome.model_dump(mode="json")
    followup.recorded_at = now


def _seal(followup: FollowUp, *, incomes: Incomes, keys: IncomeKeys | None) -> None:
    followup.incomes_cipher = None
    followup.incomes_key_id = None
    if incomes == Incomes():
        return
    if keys is None:
        raise rules.IncomeKeyMissingError(pointer="/income_after_rupiah")
    nonce = secrets.token_bytes(rules.NONCE_BYTES)
    sealed = keys.seal(incomes, followup_id=followup.id, nonce=nonce)
    followup.incomes_cipher = sealed.cipher
    followup.incomes_key_id = sealed.key_id


def moved_draft(
    followup: FollowUp,
    *,
    topic: Topic,
    before: Outcome | None,
    after: Outcome,
    now: datetime,
) -> Draft:
    """Return the event that tells what a follow-up counts as from now on."""
    event = FollowUpRecorded(
        followup_id=followup.id,
        enrollment_id=followup.enrollment_id,
        participant_id=followup.participant_id,
        before=before,
        after=after,
    )
    return Draft(
        topic=topic,
        stream_id=followup.class_id,
        event=event,
        place=place_of(followup),
        occurred_at=now,
        version=followup.version,
    )


async def _tell(
    session: AsyncSession, *, followup: FollowUp, before: Outcome | None, after: Outcome
) -> None:
    draft = moved_draft(
        followup,
        topic=Topic.FOLLOWUP_RECORDED,
        before=before,
        after=after,
        now=followup.recorded_at,
    )
    await emit_all(session, Event, [draft])


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
        await queries.reassign_versions(session, followup.id, participant_id=stays)
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
        return followup, Incomes()
    if keys is None or followup.incomes_key_id not in keys.keys:
        raise rules.IncomeKeyMissingError
    await note_read(
        session, Audit, action="followup.incomes.read", subject_id=followup.participant_id
    )
    sealed = rules.SealedIncomes(followup.incomes_cipher, followup.incomes_key_id)
    return followup, keys.unseal(sealed, followup_id=followup.id)
