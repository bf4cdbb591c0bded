"""Merge one person into another, within the caller's transaction.

Locked in this order: both people by id, the waves of applications that cannot both stay, the
classes of all enrollments by id, the quotas of their waves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.operations import tell, touch
from services.enrollment.applications.queries import was
from services.enrollment.base import Audit, Event
from services.enrollment.classes.tables import Class
from services.enrollment.duplicate_candidates.operations import close_pairs, find_duplicates
from services.enrollment.enrollments.operations import Move, move_enrollments, promote_waiting
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.identities.rules import NikKeys
from services.enrollment.participant_merges import queries, rules
from services.enrollment.participant_merges.rules import Applied, Held, Reconciled
from services.enrollment.participant_merges.schemas import (
    FactRead,
    Following,
    FollowingRead,
    MergeCreate,
    MergeRead,
    PlaceRead,
    ReconciledRead,
    ThingsRead,
    WithdrawnRead,
)
from services.enrollment.participant_merges.tables import ParticipantMerge
from services.enrollment.participants.rules import place_of
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import seal_for
from services.enrollment.person_keys.queries import get_wrapped
from services.enrollment.person_keys.rules import PersonErasedError
from services.enrollment.person_moves.operations import move_things
from services.enrollment.person_moves.queries import Things, what_is_held
from services.enrollment.person_moves.rules import sealed_in
from services.enrollment.person_unions.operations import (
    Moment,
    keep_first_businesses,
    unite,
    what_was_known,
)
from services.enrollment.person_unions.rules import Fact, differs, taken_facts
from services.enrollment.quotas.operations import lock_quotas
from services.enrollment.sheets.queries import has_attended
from shared.db.audit import note_reads
from shared.db.events import emit
from shared.errors import StaleError
from shared.ids import new_id
from shared.schemas.enrollment import (
    ApplicationState,
    EnrollmentState,
    ParticipantMerged,
    Presence,
    Topic,
)
from shared.scope import Scope

# Longer than any transaction lasts: what was under way beside the merge has ended.
SETTLED_AFTER: Final = timedelta(seconds=30)
_FOLLOW: Final = FollowingRead(service="reporting", what=[Following.FOLLOWUPS, Following.LOGINS])


@dataclass(frozen=True, slots=True)
class Ends:
    """The person who stays, locked, and the id and NIK of the one who goes."""

    stays: Participant
    gone_id: UUID
    gone_index: bytes

    @property
    def ids(self) -> tuple[UUID, UUID]:
        """Both ids."""
        return self.stays.id, self.gone_id


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge does to places and applications; the classes are locked when it is done."""

    reconciled: Sequence[Reconciled]
    withdrawn: Sequence[Applied]

    @property
    def cancelled(self) -> list[UUID]:
        """The enrollments that are given up."""
        return [place.enrollment_id for each in self.reconciled for place in each.goes]


async def lock_people(
    session: AsyncSession, participant_id: UUID, body: MergeCreate, *, scope: Scope
) -> tuple[Participant, Participant]:
    """Return the person who stays and the one who goes, locked.

    Raises:
        MergeWithItselfError, MergeCycleError, ParticipantMergedError, ParticipantUnknownError
        StaleError: when the other has changed since the reviewer read him.
        PersonErasedError: when the data of either were erased.
    """
    rules.check_pair(participant_id, body.other_id)
    stays, gone = await queries.lock_pair(session, participant_id, body.other_id, scope=scope)
    if gone.version != body.other_version:
        raise StaleError(pointer="/other_version")
    if None in (await get_wrapped(session, [stays.id, gone.id])).values():
        raise PersonErasedError
    return stays, gone


async def _plan(
    session: AsyncSession, ends: Ends, rows: Iterable[Enrollment], chosen: Collection[UUID]
) -> Plan:
    held = [await _held(session, row) for row in rows if row.state in rules.HELD]
    reconciled = rules.reconcile(held, chosen)
    gone = {place.enrollment_id for each in reconciled for place in each.goes}
    applied = await queries.applications_of(session, ends.ids)
    return Plan(reconciled, rules.superfluous(applied, cancelled=gone))


async def _held(session: AsyncSession, row: Enrollment) -> Held:
    attended = row.presence is Presence.PRESENT or await has_attended(session, row.class_id, row.id)
    return Held(row.id, row.class_id, row.program_id, row.state, attended, row.arrived_at)


async def foresee(
    session: AsyncSession, stays: Participant, gone: Participant, body: MergeCreate
) -> MergeRead:
    """Return every consequence of a merge that is not done."""
    ends = Ends(stays, gone.id, gone.nik_index)
    rows = await queries.enrollments_of(session, ends.ids)
    plan = await _plan(session, ends, rows, body.keep_enrollments)
    return await _describe(session, ends, gone, body, plan)


async def _describe(
    session: AsyncSession, ends: Ends, gone: Participant, body: MergeCreate, plan: Plan
) -> MergeRead:
    taken = taken_facts(ends.stays, gone, asked=body.take)
    held = await what_is_held(session, stays=ends.stays.id, gone=ends.gone_id)
    return MergeRead(
        id=None,
        mode=rules.MergeMode.VALIDATE,
        participant_id=ends.stays.id,
        other_id=ends.gone_id,
        version=ends.stays.version,
        reason=body.reason,
        facts=[
            FactRead(fact=fact, taken=fact in taken)
            for fact in Fact
            if differs(ends.stays, gone, fact)
        ],
        enrollments=[_reconciled_read(each) for each in plan.reconciled],
        applications=[WithdrawnRead.model_validate(each) for each in plan.withdrawn],
        things=[_things_read(each) for each in held],
        logins=await queries.count_logins(session, ends.ids),
        follow=[_FOLLOW],
        merged_at=None,
    )


def _things_read(each: Things) -> ThingsRead:
    return ThingsRead(
        table=each.table, moves=each.moves, dropped=each.dropped, blocked=each.blocked
    )


def _reconciled_read(each: Reconciled) -> ReconciledRead:
    return ReconciledRead(
        program_id=each.program_id,
        stays=PlaceRead.model_validate(each.stays),
        goes=[PlaceRead.model_validate(place) for place in each.goes],
        open_choice=each.open_choice,
    )


async def merge_people(
    session: AsyncSession,
    stays: Participant,
    gone: Participant,
    body: MergeCreate,
    *,
    keys: NikKeys,
    registered: tuple[date, date],
    now: datetime,
    today: date,
) -> MergeRead:
    """Merge a locked person into another locked one, and tell the other services.

    `registered` are the days on which the two did.

    Raises:
        MergeNeedsChoiceError: when both have begun a programme and nobody says which counts.
        MergeChoiceRefusedError: when something is chosen between which there is no choice.
        MergeBlockedError: when both have begun something of which there is one.
    """
    ends = Ends(stays, gone.id, gone.nik_index)
    rows, classes = await _locked(session, ends)
    plan = await _plan(session, ends, rows, body.keep_enrollments)
    rules.check_chosen(plan.reconciled)
    told = await _describe(session, ends, gone, body, plan)
    if blocked := [each.table for each in told.things if each.blocked]:
        raise rules.MergeBlockedError(extra={"tables": blocked})
    taken = [each.fact for each in told.facts if each.taken]
    merge = await _made(session, ends, gone, told, keys=keys, now=now)
    await keep_first_businesses(session, list(zip((stays, gone), registered, strict=True)))
    await _carry_out(session, ends, plan, rows, classes, keys=keys, now=now)
    await unite(session, stays, gone, taken, keys=keys, moment=Moment(now, today))
    await close_pairs(session, gone=gone.id, stays=stays.id, reason=body.reason, now=now)
    await find_duplicates(session, [stays.id], now=now)
    told = told.model_copy(
        update={
            "id": merge.id,
            "mode": rules.MergeMode.COMMIT,
            "merged_at": now,
            "version": stays.version,
        }
    )
    merge.consequences = told.model_dump(mode="json")
    await _tell(session, ends, told, plan, now=now)
    return told


async def _made(
    session: AsyncSession,
    ends: Ends,
    gone: Participant,
    told: MergeRead,
    *,
    keys: NikKeys,
    now: datetime,
) -> ParticipantMerge:
    """Return the row of a merge, with what was known of the person who goes under seal."""
    merge_id = new_id()
    known = await what_was_known(session, gone, keys)
    where = sealed_in(ParticipantMerge.__tablename__, "sealed", merge_id)
    merge = ParticipantMerge(
        participant_id=ends.stays.id,
        id=merge_id,
        gone_id=ends.gone_id,
        actor=session.info["actor"].name,
        reason=told.reason,
        consequences={},
        sealed=await seal_for(session, keys, ends.stays.id, where, known),
        merged_at=now,
    )
    session.add(merge)
    await note_reads(session, Audit, action="participant.merge", subject_ids=list(ends.ids))
    return merge


async def _locked(session: AsyncSession, ends: Ends) -> tuple[list[Enrollment], dict[UUID, Class]]:
    """Return the enrollments of both with their classes, locked in the order of their ids.

    What somebody is given elsewhere at this moment is settled afterwards.
    """
    applied = await queries.applications_of(session, ends.ids)
    both = {each.wave_id for each in applied if each.participant_id == ends.gone_id}
    both &= {each.wave_id for each in applied if each.participant_id == ends.stays.id}
    await queries.lock_waves(session, both)
    rows = await queries.enrollments_of(session, ends.ids)
    wanted = {row.class_id for row in rows if _concerned(row, ends)}
    classes = await queries.lock_classes(session, wanted)
    rows = await queries.enrollments_of(session, ends.ids)
    return [row for row in rows if row.class_id in classes], classes


def _concerned(row: Enrollment, ends: Ends) -> bool:
    return row.participant_id == ends.gone_id or row.state in rules.HELD


async def _carry_out(
    session: AsyncSession,
    ends: Ends,
    plan: Plan,
    rows: Sequence[Enrollment],
    classes: dict[UUID, Class],
    *,
    keys: NikKeys,
    now: datetime,
) -> None:
    """Give up what cannot stay, and give all else of the one who goes to the one who stays."""
    await lock_quotas(session, {each.wave_id for each in classes.values()}, now=now)
    lost = set(plan.cancelled)
    given_up = [row for row in rows if row.id in lost]
    moves = [
        Move(row, Topic.CANCELLED, state=EnrollmentState.CANCELLED, reason=rules.REASON)
        for row in given_up
    ]
    await _move(session, classes, moves, now=now)
    indexes = {ends.stays.nik_index, ends.gone_index}
    await queries.give_claims_back(session, given_up, indexes)
    theirs = [row for row in rows if row.participant_id == ends.gone_id]
    for row in theirs:
        row.participant_id = ends.stays.id
    await _move(session, classes, [Move(row, Topic.REASSIGNED) for row in theirs], now=now)
    await queries.rekey_claims(session, theirs, old=ends.gone_index, new=ends.stays.nik_index)
    for class_id in sorted({row.class_id for row in given_up}):
        await promote_waiting(session, class_=classes[class_id], now=now)
    await _withdraw(session, plan.withdrawn, now=now)
    await _rebind(session, ends)
    await move_things(session, keys, gone=ends.gone_id, stays=ends.stays.id)


async def _move(
    session: AsyncSession, classes: dict[UUID, Class], moves: Sequence[Move], *, now: datetime
) -> None:
    by_class: dict[UUID, list[Move]] = defaultdict(list)
    for each in moves:
        by_class[each.enrollment.class_id].append(each)
    for class_id in sorted(by_class):
        await move_enrollments(session, class_=classes[class_id], moves=by_class[class_id], now=now)


async def _withdraw(session: AsyncSession, applied: Iterable[Applied], *, now: datetime) -> None:
    for each in applied:
        row = await queries.lock_application(session, each)
        before = was(row)
        row.state, row.withdrawn_at = ApplicationState.WITHDRAWN, now
        await touch(session, row, now=now)
        await tell(
            session,
            [row],
            before={row.id: before},
            topic=Topic.APPLICATION_WITHDRAWN,
            now=now,
        )


async def _rebind(session: AsyncSession, ends: Ends) -> None:
    """Let the logins of both act as the one who stays."""
    bound = any(each.unbound_at is None for each in await queries.logins_of(session, ends.stays.id))
    for login in await queries.logins_of(session, ends.gone_id):
        login.participant_id = ends.stays.id
        if login.unbound_at is None and bound:
            login.merged_from = ends.gone_id
    await session.flush()


async def _tell(
    session: AsyncSession, ends: Ends, told: MergeRead, plan: Plan, *, now: datetime
) -> None:
    stays = ends.stays
    await emit(
        session,
        Event,
        topic=Topic.PARTICIPANT_MERGED,
        stream_id=stays.id,
        event=ParticipantMerged(
            merge_id=told.id or stays.id,
            participant_id=stays.id,
            from_id=ends.gone_id,
            moved={each.table: each.moves for each in told.things if each.moves},
            cancelled=plan.cancelled,
        ),
        place=place_of(stays.id, home_area_code=stays.home_area_code),
        occurred_at=now,
    )


async def settle_merge(
    session: AsyncSession, gone_id: UUID, *, keys: NikKeys, now: datetime
) -> None:
    """Let what came under the old id beside a merge follow it: the desk reads without a lock."""
    settling = await queries.lock_unsettled(session, gone_id)
    if settling is None:
        return
    merge, stays, gone_index = settling
    ends = Ends(stays, gone_id, gone_index)
    rows, classes = await _locked(session, ends)
    if any(row.participant_id == gone_id for row in rows) or await what_is_held(
        session, stays=stays.id, gone=gone_id
    ):
        plan = await _plan(session, ends, rows, ())
        await _carry_out(session, ends, plan, rows, classes, keys=keys, now=now)
    merge.settled_at = now
    await session.flush()
