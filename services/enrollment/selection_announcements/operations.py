"""What was approved becomes places, each step within the caller's transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.application_decisions.operations import Decided, decide
from services.enrollment.base import Job
from services.enrollment.classes.operations import tell_all_moved as tell_classes
from services.enrollment.classes.queries import cell_of
from services.enrollment.classes.tables import Class
from services.enrollment.draws.rules import Outcome
from services.enrollment.enrollments.operations import promote_waiting
from services.enrollment.placements.operations import Placement, place_in_classes
from services.enrollment.selection_announcements import queries, rules
from services.enrollment.selection_announcements.queries import Found
from services.enrollment.selection_announcements.rules import Ending, Settled
from services.enrollment.selection_announcements.schemas import AnnounceSelection
from services.enrollment.selections.operations import lock_own, tell_moved
from services.enrollment.selections.queries import get_selection
from services.enrollment.selections.tables import Selection
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import check_not_cancelled
from shared.db.jobs import add_job
from shared.ids import new_id
from shared.schemas.enrollment import ClassState, SelectionState, Topic
from shared.scope import Scope

_S: Final = SelectionState


async def start_announcement(
    session: AsyncSession, *, wave_id: UUID, scope: Scope, now: datetime
) -> Job:
    """Have what was approved announced, once its hour has come.

    Raises:
        SelectionUnknownError: when nothing has been committed to.
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
        WaveCancelledError: when the wave is called off.
        SelectionStateError: when it was not approved, or is announced.
        AnnouncementEarlyError: when the hour has not come.
    """
    selection = await lock_own(session, wave_id, scope=scope)
    check_not_cancelled((await get_wave(session, wave_id)).cancelled_at)
    rules.check_announceable(state=selection.state, announce_at=selection.announce_at, now=now)
    selection.state, selection.announcing_at = _S.ANNOUNCING, now
    await tell_moved(session, selection, Topic.SELECTION_ANNOUNCING, before=_S.APPROVED, now=now)
    return await announce_later(session, wave_id)


async def announce_later(session: AsyncSession, wave_id: UUID) -> Job:
    """Queue the job that gives the places; what it has given already it leaves."""
    payload = AnnounceSelection(wave_id=wave_id)
    return await add_job(session, Job, kind=AnnounceSelection.kind, payload=payload)


async def announce_classes(session: AsyncSession, wave_id: UUID, class_ids: Sequence[UUID]) -> int:
    """Give the places of some classes, but those that were done; return for how many it is decided.

    Seats that cannot be given as drawn go to the first in reserve. The classes are locked by their
    ids before anything else, as everybody locks them.
    """
    selection = await get_selection(session, wave_id)
    now = selection.announcing_at
    if now is None:
        return 0
    classes = await queries.lock_unannounced(session, class_ids)
    found = await queries.results_of_classes(session, selection, [each.id for each in classes])
    submitted = await queries.lock_submitted(session, found)
    for each in found:
        if each.result.application_id not in submitted:
            each.result.settled = Settled.WITHDRAWN
    left = [each for each in found if each.result.application_id in submitted]
    decided = await _place(session, classes, left, now=now)
    before = [(class_, cell_of(class_)) for class_ in classes]
    for class_ in classes:
        class_.announced_at = now
        class_.version += 1
    await session.flush()
    await tell_classes(session, before, topic=Topic.CLASS_CHANGED, now=now)
    for class_ in classes:
        await promote_waiting(session, class_=class_, now=now)
    await decide(session, decided, now=now)
    return len(decided)


async def _place(
    session: AsyncSession, classes: Sequence[Class], found: Sequence[Found], *, now: datetime
) -> list[Decided]:
    """Give the seats and places in line of locked classes; return what is decided by it."""
    drawn: dict[UUID | None, list[Found]] = defaultdict(list)
    for each in found:
        drawn[each.result.class_id].append(each)
    open_ = [class_ for class_ in classes if class_.state is ClassState.PLANNED]
    wanted = [(class_, [_placement(each) for each in drawn[class_.id]]) for class_ in open_]
    placed = await place_in_classes(session, wanted, now=now) if drawn else []
    got = {each.application_id: each for each in placed}
    decided = []
    for each in found:
        mine = got.get(each.result.application_id)
        if mine is None:
            decided.append(_decided(each, rules.GONE))
            continue
        ending = rules.ending_in_class(each.result.outcome, got=mine.state, refusal=mine.refusal)
        kept = None if mine.state is None else mine.enrollment_id
        decided.append(_decided(each, ending, class_id=each.result.class_id, enrollment_id=kept))
    return decided


def _placement(found: Found) -> Placement:
    return Placement(
        participant_id=found.participant_id,
        enrollment_id=new_id(),
        application_id=found.result.application_id,
        waitlisted=found.result.outcome is Outcome.RESERVE,
        applied=found.counted,
    )


def _decided(
    found: Found,
    ending: Ending,
    *,
    class_id: UUID | None = None,
    enrollment_id: UUID | None = None,
) -> Decided:
    """Note why an application does not get what was drawn, and return what it is told."""
    if ending.settled is not None:
        found.result.settled = ending.settled
    steps = () if enrollment_id is not None else found.result.steps
    codes = dict.fromkeys([ending.settled] if ending.settled else (step[1] for step in steps))
    return Decided(
        participant_id=found.participant_id,
        application_id=found.result.application_id,
        state=ending.state,
        class_id=None if enrollment_id is None else class_id,
        enrollment_id=enrollment_id,
        reasons=tuple(map(str, codes)),
    )


async def announce_others(
    session: AsyncSession, wave_id: UUID, *, after: int, limit: int
) -> tuple[int, int | None]:
    """Tell up to `limit` of those after position `after` for whom nothing was drawn.

    Return how many were told, and the position to go on from, None at the end.
    """
    selection = await get_selection(session, wave_id)
    now = selection.announcing_at
    found = await queries.results_without_place(session, selection, after=after, limit=limit)
    if not found or now is None:
        return 0, None
    submitted = await queries.lock_submitted(session, found)
    decided = [
        _decided(each, rules.ending_without_place(each.result.outcome))
        for each in found
        if each.result.application_id in submitted
    ]
    if decided:
        await decide(session, decided, now=now)
    return len(decided), found[-1].result.position


async def finish_announcement(session: AsyncSession, wave_id: UUID) -> Selection:
    """Publish the seed, the draw and everybody's reasons, once all places are given."""
    selection = await get_selection(session, wave_id, for_update=True)
    now = selection.announcing_at
    if selection.state is _S.ANNOUNCING and now is not None:
        selection.state, selection.announced_at = _S.ANNOUNCED, now
        await tell_moved(
            session, selection, Topic.SELECTION_ANNOUNCED, before=_S.ANNOUNCING, now=now
        )
    return selection
