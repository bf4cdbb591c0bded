"""The search for whose data it was, and the telling of them, some people in a transaction."""

from typing import Any, Final

from services.enrollment import gateways
from services.enrollment.breach_reports import operations, queries
from services.enrollment.breach_reports.rules import BreachState
from services.enrollment.breach_reports.schemas import NotifyBreach, SearchBreach
from shared.clock import utc_now
from shared.jobs.context import JobContext, JobHandler

_AT_ONCE: Final = 500


async def search_breach(context: JobContext, payload: SearchBreach) -> dict[str, Any]:
    """Find out from audit and log of all services whose data it was, and write it down.

    A service that is away is waited for: a report that leaves people out would be wrong.
    """
    async with context.transaction() as session:
        report = await queries.get_report(session, payload.report_id)
        asked = queries.asked_of(report, await queries.suspect_of(session, report))
        found = await queries.find_doings(session, asked)
    for name in gateways.OTHERS:
        found.extend(await gateways.doings(context.clients[name], asked))
    people = operations.people_in(found)
    for start in range(0, len(people), _AT_ONCE):
        async with context.transaction() as session:
            some = people[start : start + _AT_ONCE]
            await operations.keep_subjects(session, payload.report_id, some)
        await context.progress(start, len(people))
    async with context.transaction() as session:
        await operations.close_search(session, payload.report_id, found, now=utc_now())
    return {"people": len(people)}


async def notify_breach(context: JobContext, payload: NotifyBreach) -> dict[str, Any]:
    """Write a notice to everybody whose data it was; begun anew, nobody is told twice."""
    told, after = 0, None
    while True:
        async with context.transaction() as session:
            report = await queries.get_report(session, payload.report_id)
            some = await queries.list_subjects(session, report.id, after=after, limit=_AT_ONCE)
            people = [each.participant_id for each in some]
            await operations.notify_some(session, report, people, now=utc_now())
        told += len(people)
        await context.progress(told)
        if len(people) < _AT_ONCE:
            break
        after = people[-1]
    async with context.transaction() as session:
        report = await queries.get_report(session, payload.report_id, for_update=True)
        if report.state is BreachState.NOTIFYING:
            report.state, report.notified_at = BreachState.NOTIFIED, utc_now()
    return {"people": told}


SEARCH_BREACH: Final = JobHandler(SearchBreach.kind, SearchBreach, search_breach)
NOTIFY_BREACH: Final = JobHandler(NotifyBreach.kind, NotifyBreach, notify_breach)
