"""The making of notices, each once, and what becomes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, Integer, Update, bindparam, case, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event, FeedCursor, Job
from services.enrollment.notice_templates.rules import Channel, NoticeKind
from services.enrollment.notices import queries, rules
from services.enrollment.notices.queries import ClassFacts, Seat
from services.enrollment.notices.rules import NoticeState
from services.enrollment.notices.schemas import (
    NoticeRequested,
    NoticesRequested,
    Requested,
    SendNotices,
)
from services.enrollment.notices.tables import ClassReminder, Notice
from services.enrollment.participants.rules import place_of
from services.enrollment.participants.tables import Participant
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.ids import new_id
from shared.schemas.enrollment import (
    ClassMoved,
    ClassRescheduled,
    ClassState,
    EnrollmentMoved,
    EnrollmentState,
    NoticeRetried,
    ReferralMoved,
    Topic,
)
from shared.schemas.events import EventRead

_STATUS: Final = {
    Requested.QUEUED: HTTPStatus.ACCEPTED,
    Requested.ALREADY: HTTPStatus.OK,
    Requested.UNKNOWN: HTTPStatus.NOT_FOUND,
}
# Longer than any letter takes; who holds notices that long has died.
_HELD_FOR: Final = timedelta(minutes=15)
_AS_SETTLED: Final = (
    "state", "reason", "due_at", "channel", "language", "template_version", "reference",
)  # fmt: skip
_SETTLED: Final = (*_AS_SETTLED, "claimed_until", "settled_at")
_TOKEN: Final = ("token_cipher", "token_key_id")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice to make, unless the person has been told of this very occasion."""

    participant_id: UUID
    kind: NoticeKind
    occasion_id: UUID
    version: int
    params: dict[str, Any]
    expires_at: datetime
    class_id: UUID | None = None
    enrollment_id: UUID | None = None
    token_cipher: bytes | None = field(default=None, repr=False)
    token_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one attempt; PENDING with `due_at` is another one."""

    participant_id: UUID
    id: UUID
    attempts: int
    state: NoticeState
    due_at: datetime
    reason: str | None = None
    counted: bool = True
    channel: Channel | None = None
    language: str | None = None
    template_version: int | None = None
    reference: str | None = None


async def add_notices(
    session: AsyncSession, wanted: Sequence[Wanted], *, now: datetime
) -> set[tuple[UUID, UUID]]:
    """Make those notices that are not there yet and have them sent; return whom of what they tell.

    Whoever makes the same notice at the same time has made it.
    """
    if not wanted:
        return set()
    rows = [
        {**asdict(each), "id": new_id(), "due_at": now, "created_at": now}
        for each in sorted(wanted, key=lambda each: (each.participant_id, each.occasion_id))
    ]
    statement = (
        insert(Notice)
        .on_conflict_do_nothing(constraint="uq_notice_occasion")
        .returning(Notice.participant_id, Notice.occasion_id)
    )
    made = {(row[0], row[1]) for row in (await session.execute(statement, rows)).all()}
    if made:
        await order_sending(session)
    return made


async def request_notices(
    session: AsyncSession, wanted: Sequence[Wanted], *, now: datetime
) -> NoticesRequested:
    """Make notices that another service asks for, and return what became of each."""
    known = await queries.known_people(session, {each.participant_id for each in wanted})
    there = [each for each in wanted if each.participant_id in known]
    made = await add_notices(session, there, now=now)
    items = []
    for each in wanted:
        key = each.participant_id, each.occasion_id
        outcome = Requested.ALREADY if each.participant_id in known else Requested.UNKNOWN
        if key in made:
            made.remove(key)
            outcome = Requested.QUEUED
        items.append(
            NoticeRequested(
                participant_id=each.participant_id,
                occasion_id=each.occasion_id,
                status=_STATUS[outcome],
                outcome=outcome,
            )
        )
    return NoticesRequested(items=items)


async def order_sending(session: AsyncSession) -> None:
    """Queue the sending of what is due, unless it is queued already."""
    if not await queries.is_ordered(session):
        await add_job(session, Job, kind=SendNotices.kind, payload=SendNotices())


async def order_sending_if_due(session: AsyncSession, *, now: datetime) -> None:
    """Queue the sending when something waits for it: another attempt, or what a worker left."""
    if await queries.anything_due(session, now=now):
        await order_sending(session)


async def start_at_the_end(session: AsyncSession, source: str) -> None:
    """Begin to read the log after all that it holds: what happened before is no news."""
    cursor = await queries.end_of_log(session)
    statement = insert(FeedCursor).values(source=source, cursor=cursor)
    await session.execute(statement.on_conflict_do_nothing())


async def tell_occasions(
    session: AsyncSession, events: Sequence[EventRead], *, now: datetime
) -> int:
    """Make the notices of what has happened to enrollments and classes; return how many."""
    news = [each for each in events if rules.is_news(each.recorded_at, now=now)]
    moves = [
        (each, EnrollmentMoved.model_validate(each.payload))
        for each in news
        if each.topic in rules.MOVES
    ]
    wanted = await _of_moves(session, moves, now=now)
    wanted += await _of_classes(session, news, now=now)
    wanted += _of_referrals(news, now=now)
    return len(await add_notices(session, wanted, now=now))


async def _of_moves(
    session: AsyncSession, moves: Sequence[tuple[EventRead, EnrollmentMoved]], *, now: datetime
) -> list[Wanted]:
    if not moves:
        return []
    facts = await queries.class_facts(session, {moved.class_id for _, moved in moves})
    cancelled = {each for each, fact in facts.items() if fact.state is ClassState.CANCELLED}
    called_off = await queries.called_off_at(session, cancelled) if cancelled else {}
    waiting = {
        (moved.class_id, moved.enrollment_id)
        for event, moved in moves
        if event.topic == Topic.CLAIMED and moved.after.state is EnrollmentState.WAITLISTED
    }
    numbers = await queries.waitlist_numbers(session, waiting) if waiting else {}
    offered = {
        (moved.class_id, moved.enrollment_id)
        for _, moved in moves
        if moved.after.state is EnrollmentState.OFFERED
    }
    deadlines = await queries.deadlines(session, offered) if offered else {}
    wanted = []
    for event, moved in moves:
        kind = rules.kind_of(
            event.topic,
            moved.after.state,
            called_off=called_off.get(moved.class_id) == event.occurred_at,
        )
        if kind is None:
            continue
        seat = Seat(moved.class_id, moved.enrollment_id, moved.participant_id)
        made = _of_seat(kind, seat, facts[moved.class_id], version=event.version, now=now)
        if kind is NoticeKind.WAITLISTED:
            made.params["number"] = numbers[moved.enrollment_id]
        if kind is NoticeKind.OFFER:
            made = _with_deadline(made, deadlines[moved.enrollment_id])
        wanted.append(made)
    return wanted


def _with_deadline(made: Wanted, deadline: datetime) -> Wanted:
    """Return an offer that says until when it holds, and is of no use after that."""
    params = {**made.params, "deadline_at": deadline.isoformat()}
    return replace(made, params=params, expires_at=deadline)


async def _of_classes(
    session: AsyncSession, news: Sequence[EventRead], *, now: datetime
) -> list[Wanted]:
    versions: dict[UUID, int] = {}
    for event in news:
        class_id = _moved_class(event)
        if class_id is not None:
            versions[class_id] = max(event.version, versions.get(class_id, 0))
    if not versions:
        return []
    facts = await queries.class_facts(session, versions)
    return [
        _of_seat(
            NoticeKind.CLASS_MOVED,
            seat,
            facts[seat.class_id],
            version=versions[seat.class_id],
            now=now,
        )
        for seat in await queries.seats_of(session, versions, states=rules.INVITED)
    ]


def _of_referrals(news: Sequence[EventRead], *, now: datetime) -> list[Wanted]:
    """Return what people are told of their referrals: where to, and nothing of why."""
    wanted = []
    for event in news:
        kind = rules.REFERRED.get(event.topic)
        if kind is None:
            continue
        moved = ReferralMoved.model_validate(event.payload)
        wanted.append(
            Wanted(
                participant_id=moved.participant_id,
                kind=kind,
                occasion_id=moved.referral_id,
                version=event.version,
                params={"target": moved.target},
                expires_at=now + rules.TOLD_WITHIN,
                class_id=moved.class_id,
                enrollment_id=moved.enrollment_id,
            )
        )
    return wanted


def _moved_class(event: EventRead) -> UUID | None:
    """Return the class that is at another time or place since an event, if one is."""
    if event.topic in rules.CLASS_RESCHEDULES:
        return ClassRescheduled.model_validate(event.payload).class_id
    if event.topic not in rules.CLASS_MOVES:
        return None
    moved = ClassMoved.model_validate(event.payload)
    return moved.class_id if rules.has_moved(moved.before, moved.after) else None


def _of_seat(
    kind: NoticeKind, seat: Seat, facts: ClassFacts, *, version: int, now: datetime
) -> Wanted:
    return Wanted(
        participant_id=seat.participant_id,
        kind=kind,
        occasion_id=seat.enrollment_id,
        version=version,
        params={
            "class": facts.label,
            "facility": facts.facility_name,
            "space": facts.space_name,
            "starts_at": facts.starts_at.isoformat(),
            "zone": facts.time_zone.value,
        },
        expires_at=rules.told_until(kind, starts_at=facts.starts_at, now=now),
        class_id=seat.class_id,
        enrollment_id=seat.enrollment_id,
    )


async def remind_classes(
    session: AsyncSession, window: rules.ReminderWindow, *, now: datetime, limit: int
) -> int:
    """Remind those who have a seat in up to `limit` classes that start on the window's day.

    Return in how many. A class is reminded once, whoever looks at the same time.
    """
    due = (await session.scalars(queries.classes_to_remind(window, limit=limit))).all()
    if not due:
        return 0
    rows = [
        {"class_id": each, "day": window.day, "days_before": window.days, "created_at": now}
        for each in sorted(due)
    ]
    statement = insert(ClassReminder).on_conflict_do_nothing().returning(ClassReminder.class_id)
    mine = set((await session.scalars(statement, rows)).all())
    facts = await queries.class_facts(session, mine)
    version = rules.reminder_version(window.day, days=window.days)
    wanted = [
        _of_seat(NoticeKind.START_REMINDER, seat, facts[seat.class_id], version=version, now=now)
        for seat in await queries.seats_of(session, mine)
    ]
    await add_notices(session, wanted, now=now)
    return len(due)


async def claim_due(
    session: AsyncSession, *, now: datetime, limit: int
) -> Sequence[tuple[Notice, Participant | None, EnrollmentState | None]]:
    """Take up to `limit` notices that are due, so that nobody else sends them."""
    statement = (
        update(Notice)
        .where(tuple_(Notice.participant_id, Notice.id).in_(queries.pending(now=now, limit=limit)))
        .values(claimed_until=now + _HELD_FOR, attempts=Notice.attempts + 1)
        .returning(Notice.participant_id, Notice.id)
        .execution_options(synchronize_session=False)
    )
    keys = [(row[0], row[1]) for row in (await session.execute(statement)).all()]
    return [(row[0], row[1], row[2]) for row in await queries.with_people(session, keys)]


async def settle_notices(
    session: AsyncSession, settled: Iterable[Settled], *, now: datetime
) -> None:
    """Write down what became of attempts, unless somebody else has made another one since."""
    rows = [_settled_row(each, now=now) for each in settled]
    if rows:
        await (await session.connection()).execute(_settling(), rows)


def _settling() -> Update:
    table = Notice.__table__
    final = bindparam("is_final", type_=Boolean())
    return (
        update(Notice)
        .where(
            table.c.participant_id == bindparam("of_participant"),
            table.c.id == bindparam("of_id"),
            table.c.attempts == bindparam("of_attempts"),
            table.c.state == NoticeState.PENDING,
        )
        .values(
            {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in _SETTLED}
            | {"attempts": table.c.attempts - bindparam("uncounted", type_=Integer())}
            | {name: case((final, None), else_=table.c[name]) for name in _TOKEN}
        )
    )


def _settled_row(settled: Settled, *, now: datetime) -> dict[str, Any]:
    ended = settled.state is not NoticeState.PENDING
    return {
        "of_participant": settled.participant_id,
        "of_id": settled.id,
        "of_attempts": settled.attempts,
        "uncounted": 0 if settled.counted else 1,
        # The token of a link goes with the letter; one that failed may have to be sent again.
        "is_final": settled.state in (NoticeState.SENT, NoticeState.SUPPRESSED),
        "new_claimed_until": None,
        "new_settled_at": now if ended else None,
        **{f"new_{name}": getattr(settled, name) for name in _AS_SETTLED},
    }


async def retry_notice(
    session: AsyncSession, person: Participant, notice_id: UUID, *, now: datetime
) -> Notice:
    """Have a failed notice sent again.

    Raises:
        NoticeUnknownError: when the person has no such notice.
        NoticeNotFailedError: when it has not failed.
    """
    notice = await queries.get_notice(session, person.id, notice_id, for_update=True)
    rules.check_retry(notice.state)
    notice.state = NoticeState.PENDING
    notice.settled_at = notice.reason = notice.claimed_until = None
    notice.attempts = 0
    notice.due_at = now
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.NOTICE_RETRIED,
        stream_id=person.id,
        event=NoticeRetried(notice_id=notice.id, participant_id=person.id, kind=notice.kind),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
    await order_sending(session)
    return notice
