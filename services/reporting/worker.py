"""What reporting does outside of requests: it reads three logs, and rebuilds when asked to."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.consumers import follow_areas
from services.reporting.areas.jobs import FIRST_COPY
from services.reporting.areas.jobs import HANDLER as COPY_AREAS
from services.reporting.base import Event, FeedCursor, Idempotency, Job, RowVerdict, Upload
from services.reporting.boundaries.jobs import LOAD_BOUNDARIES
from services.reporting.folding.rules import Source
from services.reporting.followup_cohorts.consumers import follow_classes
from services.reporting.followup_cohorts.jobs import KEEP_CALENDAR
from services.reporting.followup_links.jobs import SEND_LINKS
from services.reporting.followups import consumers as followups
from services.reporting.growth.jobs import LOOK, READ
from services.reporting.held_grants.consumers import (
    follow_grants,
    follow_logins,
    follow_people,
    forget_grants,
    forget_logins,
)
from services.reporting.income_retention.jobs import FORGET_INCOMES
from services.reporting.ledger.consumers import Consumer
from services.reporting.person_records.consumers import follow_erasures
from services.reporting.published_tables.jobs import PUBLISH_DAILY
from services.reporting.rebuilds.jobs import REBUILD, RECOUNT, SWEEP, SWEEP_ORDERED
from services.reporting.registry_targets.consumers import follow_targets, forget_targets
from services.reporting.report_exports.jobs import EXPIRE_EXPORTS, write_handler
from services.reporting.restricted_people.consumers import (
    follow_restrictions,
    forget_restrictions,
)
from services.reporting.settings import ReportingSettings
from services.reporting.snapshots.jobs import FREEZE
from shared.http.client import make_client
from shared.http.tokens import ServiceToken, load_key
from shared.jobs.context import JobTables, WorkerContext
from shared.jobs.reader import FeedReader, Fetch, http_feed, local_feed
from shared.jobs.worker import ServiceWorker, build_worker
from shared.schemas.enrollment import IN_BULK
from shared.schemas.events import EventRead

# A page is one transaction: some 150 ms of folding, far from the second that would stall feeds.
PAGE: Final = 2_000


def _reader(consumer: Consumer, fetch: Fetch) -> FeedReader:
    return FeedReader(
        source=consumer.source,
        table=FeedCursor,
        fetch=fetch,
        consume=consumer.consume,
        reset=consumer.reset,
        limit=PAGE,
    )


class RegistryConsumer(Consumer):
    """Folds the registry's feed, keeps who may act for whom, and copies areas that changed."""

    def __init__(self) -> None:
        super().__init__(Source.REGISTRY)

    async def consume(self, session: AsyncSession, events: list[EventRead]) -> None:
        """Take a page of the feed."""
        await super().consume(session, events)
        await follow_grants(session, events)
        await follow_areas(session, events)
        await follow_targets(session, events)

    async def reset(self, session: AsyncSession) -> None:
        """Begin anew: the registry was restored and its feed is read from its first event."""
        await super().reset(session)
        await forget_grants(session)
        await forget_targets(session)


class EnrollmentConsumer(Consumer):
    """Folds enrollment's feed, and keeps what it says of people: logins, restrictions, erasures."""

    def __init__(self) -> None:
        super().__init__(Source.ENROLLMENT)

    async def consume(self, session: AsyncSession, events: list[EventRead]) -> None:
        """Take a page of the feed."""
        await super().consume(session, events)
        await follow_classes(session, events)
        await followups.follow_relocations(session, events)
        await followups.follow_people(session, events)
        await follow_logins(session, events)
        await follow_people(session, events)
        await follow_restrictions(session, events)
        await follow_erasures(session, events)

    async def reset(self, session: AsyncSession) -> None:
        """Begin anew: enrollment was restored and its feed is read from its first event."""
        await super().reset(session)
        await forget_logins(session)
        await forget_restrictions(session)


def readers(context: WorkerContext) -> Sequence[FeedReader]:
    """Return the readers of the registry's, of enrollment's and of reporting's own log."""
    return [
        _reader(RegistryConsumer(), http_feed(context.clients["registry"])),
        _reader(EnrollmentConsumer(), http_feed(context.clients["enrollment"], without=IN_BULK)),
        _reader(Consumer(Source.REPORTING), local_feed(context.sessions, Event)),
    ]


def create_worker(settings: ReportingSettings | None = None) -> ServiceWorker:
    """Return reporting's worker, wired to what `settings` or the environment names.

    Raises:
        ValueError: when there is no key to sign the tokens with that open the other feeds.
    """
    wired = settings or ReportingSettings()
    if wired.signing_key is None:
        raise ValueError("REPORTING_SIGNING_KEY names no key; the feeds cannot be read without")
    token = ServiceToken(load_key(wired.signing_key), issuer="balai:reporting")
    return build_worker(
        service="reporting",
        settings=wired,
        tables=JobTables(job=Job, row_verdict=RowVerdict, upload=Upload, idempotency=Idempotency),
        handlers=[
            COPY_AREAS,
            LOAD_BOUNDARIES,
            REBUILD,
            SWEEP_ORDERED,
            READ,
            FREEZE,
            write_handler(wired),
        ],
        crons=[
            FIRST_COPY,
            SWEEP,
            RECOUNT,
            LOOK,
            FORGET_INCOMES,
            KEEP_CALENDAR,
            SEND_LINKS,
            PUBLISH_DAILY,
            EXPIRE_EXPORTS,
        ],
        readers=readers,
        clients={
            "registry": make_client(wired.registry_url, token=token, name="registry"),
            "enrollment": make_client(wired.enrollment_url, token=token, name="enrollment"),
        },
    )


if __name__ == "__main__":
    create_worker().run()
