"""Breach reports: filed, found, told."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event, Job
from services.enrollment.breach_reports import queries, rules
from services.enrollment.breach_reports.rules import BreachState
from services.enrollment.breach_reports.schemas import BreachCreate, NotifyBreach, SearchBreach
from services.enrollment.breach_reports.tables import BreachReport, BreachSubject
from services.enrollment.notice_templates.rules import NoticeKind
from services.enrollment.notices.operations import Wanted, add_notices
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.ids import new_id
from shared.schemas.enrollment import BreachReported, Doing, Topic
from shared.schemas.registry import TimeZone
from shared.scope import Place

Found: TypeAlias = Sequence[Doing]
_TOLD_WITHIN: Final = timedelta(days=30)


async def file_report(session: AsyncSession, body: BreachCreate, *, now: datetime) -> BreachReport:
    """Order that it is found out whose data were read or changed; the clock runs from discovery.

    Raises:
        BreachSpanError, BreachActorError: when it cannot be looked at.
        DeviceUnknownError: when there is no such device.
    """
    rules.check_span(body.since, body.until)
    rules.check_named(body.actor, body.device_id, body.issuer)
    discovered_at = body.discovered_at or now
    report = BreachReport(
        id=new_id(),
        state=BreachState.SEARCHING,
        since=body.since,
        until=body.until,
        actor=body.actor,
        device_id=body.device_id,
        issuer=body.issuer,
        discovered_at=discovered_at,
        due_at=discovered_at + rules.CLOCK,
        filed_by=session.info["actor"].name,
        filed_at=now,
        people=0,
        reads=0,
        changes=0,
        kinds={},
    )
    await queries.suspect_of(session, report)
    session.add(report)
    await session.flush()
    payload = SearchBreach(report_id=report.id)
    await add_job(session, Job, kind=SearchBreach.kind, payload=payload)
    return report


def _by_person(found: Found) -> dict[UUID, tuple[int, int]]:
    """Return how often each person was read and changed."""
    reads: Counter[UUID] = Counter()
    changes: Counter[UUID] = Counter()
    for row in found:
        (reads if row.read else changes)[row.participant_id] += row.times
    return {each: (reads[each], changes[each]) for each in reads.keys() | changes.keys()}


async def keep_subjects(
    session: AsyncSession, report_id: UUID, found: Sequence[tuple[UUID, tuple[int, int]]]
) -> None:
    """Write down some people of a report; written again, nothing changes."""
    rows = [
        {"participant_id": each, "report_id": report_id, "reads": reads, "changes": changes}
        for each, (reads, changes) in found
    ]
    await session.execute(insert(BreachSubject).on_conflict_do_nothing(), rows)


def people_in(found: Found) -> list[tuple[UUID, tuple[int, int]]]:
    """Return the people whose data were read or changed, in key order."""
    return sorted(_by_person(found).items())


async def close_search(
    session: AsyncSession, report_id: UUID, found: Found, *, now: datetime
) -> None:
    """Write down what was found in all."""
    report = await queries.get_report(session, report_id, for_update=True)
    if report.state is not BreachState.SEARCHING:
        return
    kinds: Counter[str] = Counter()
    for row in found:
        kinds[row.what] += row.times
    report.kinds = dict(sorted(kinds.items()))
    report.reads = sum(row.times for row in found if row.read)
    report.changes = sum(row.times for row in found if not row.read)
    report.people = len(_by_person(found))
    report.state, report.found_at = BreachState.FOUND, now
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.BREACH_REPORTED,
        stream_id=report.id,
        event=BreachReported(report_id=report.id, people=report.people),
        place=Place(),
        occurred_at=now,
    )


async def order_notices(session: AsyncSession, report: BreachReport) -> BreachReport:
    """Order that everybody of a locked report is told.

    Raises:
        BreachStateError: when it is not known whom, or they were told before.
    """
    rules.check_found(report.state)
    report.state = BreachState.NOTIFYING
    report.notified_by = session.info["actor"].name
    await session.flush()
    payload = NotifyBreach(report_id=report.id)
    await add_job(session, Job, kind=NotifyBreach.kind, payload=payload)
    return report


async def notify_some(
    session: AsyncSession, report: BreachReport, people: Sequence[UUID], *, now: datetime
) -> None:
    """Write the notices of some people; nobody is told twice."""
    wanted = [
        Wanted(
            participant_id=each,
            kind=NoticeKind.BREACH,
            occasion_id=report.id,
            version=1,
            params={
                "since_at": report.since.isoformat(),
                "until_at": report.until.isoformat(),
                "report": str(report.id),
                "zone": TimeZone.WIB.value,
            },
            expires_at=now + _TOLD_WITHIN,
        )
        for each in people
    ]
    await add_notices(session, wanted, now=now)
